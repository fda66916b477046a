// Lets node:test import the client's TypeScript and the page's state as they are: types are erased, state is plain values.
import { register } from "node:module";

register("./typescript-loader.mjs", import.meta.url);
