import { nothing } from "./nowhere";
import { gretting } from "#text";

console.log(nothing, gretting);
