// Lets node:test import the client's TypeScript as it is: types are erased, nothing else changes.
import { register } from "node:module";

register("./typescript-loader.mjs", import.meta.url);
