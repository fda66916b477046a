"""What somebody writes who has pandas and onnxruntime: scores a CSV with an exported model, as `midpg score` does.

Usage: score.py MODEL.onnx LOG.csv OUT.csv
"""

import json
import sys

import numpy as np
import onnxruntime as ort
import pandas as pd

CHUNK = 100_000


def main():
    model, log, out = sys.argv[1:]
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    document = json.loads(session.get_modelmeta().custom_metadata_map["mi-dpg"])
    schema = document["encoder"]["schema"]
    vocabularies = [field["vocabulary"] for field in document["encoder"]["fields"]]
    ids_of, columns = [], []
    for field, vocabulary in zip(schema["fields"], vocabularies):
        if list(vocabulary) != ["values"]:
            sys.exit(f"{field['name']}: this script knows plain vocabularies only")
        columns.append(field.get("column", field["name"]))
        ids_of.append(pd.Series(np.arange(2, 2 + len(vocabulary["values"]), dtype=np.int32), vocabulary["values"]))
    chunks = pd.read_csv(
        log, usecols=sorted(set(columns)), dtype=str, keep_default_na=False, chunksize=CHUNK, sep=schema["format"]["delimiter"]
    )
    missing = schema["format"]["missing"]
    with open(out, "w") as file:
        file.write("score\n")
        for rows in chunks:
            ids = np.empty((len(rows), len(columns)), dtype=np.int32)
            for i, (column, table) in enumerate(zip(columns, ids_of)):
                values = rows[column]
                found = values.map(table).fillna(0).to_numpy(dtype=np.int32)
                ids[:, i] = np.where(values.isin(missing), 1, found)
            (scores,) = session.run(["probability"], {"ids": ids})
            pd.Series(scores).to_csv(file, header=False, index=False)


main()
