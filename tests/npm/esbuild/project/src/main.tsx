import { Board } from "@ui/board";
import { h, Fragment, render } from "@ui/h";
import { greeting, Tone } from "#text";
import logo from "./logo.svg";
import facts from "./facts.json";
import "./style.css";

const page = (
  <>
    <img src={logo} alt="Öffentliches Brett" />
    <h1>{greeting("board", Tone.Loud)}</h1>
    <Board notes={facts.notes} limit={2 ** 3} />
  </>
);

console.log(render(page));

export async function more(): Promise<string> {
  const { archive } = await import("./lazy");
  return archive(facts.notes ?? []);
}
