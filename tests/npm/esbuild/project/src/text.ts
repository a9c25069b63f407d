export enum Tone {
  Quiet,
  Loud = 1 << 4,
}

const marks: Record<Tone, string> = { [Tone.Quiet]: ".", [Tone.Loud]: "! \u{1F4CC}" };

export const greeting = (name: string, tone: Tone = Tone.Quiet): string => `grüß dich, ${name}${marks[tone]}`;
