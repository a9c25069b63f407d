import { h, type Node } from "./h";

interface Props {
  notes: string[];
  limit?: number;
}

class Counter {
  static made = 0;
  #seen = 0;
  next = (): number => {
    Counter.made += 1;
    return ++this.#seen;
  };
}

export function Board({ notes, limit = 10 }: Props): Node {
  const counter = new Counter();
  return (
    <ul class="board">
      {notes.slice(0, limit).map((note) => (
        <li data-number={counter.next()}>{note}</li>
      ))}
    </ul>
  );
}
