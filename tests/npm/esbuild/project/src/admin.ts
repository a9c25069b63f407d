import { greeting, Tone } from "#text";
import "./style.css";

declare const DEBUG: boolean;

if (DEBUG) {
  console.debug("never in a release");
}
console.log(greeting("admin", Tone.Quiet));
import("./lazy").then(({ archive }) => console.log(archive([])));
