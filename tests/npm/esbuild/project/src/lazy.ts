import { greeting } from "#text";

export function archive(notes: string[]): string {
  const total = notes.reduce((sum, note) => sum + BigInt(note.length), 0n);
  return `${greeting("archive")} ${total ** 2n}`;
}
