/** As it is compared: upper and lower case are the same, and letters with and without their marks. */
const plain = (text: string) => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** The places of the names that hold every word of what is sought; all of them where nothing is. */
export function matching(names: readonly string[], sought: string): number[] {
  const words = plain(sought).split(/\s+/);
  return names.flatMap((name, place) => {
    const within = plain(name);
    return words.every((word) => within.includes(word)) ? [place] : [];
  });
}
