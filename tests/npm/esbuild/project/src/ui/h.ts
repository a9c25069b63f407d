export type Child = Node | string | number | null | undefined | Child[];
export interface Node {
  readonly tag: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly Child[];
}
type Component = (props: any) => Node;

export const Fragment = "";

export function h(tag: string | Component, props: Record<string, unknown> | null, ...children: Child[]): Node {
  if (typeof tag === "function") {
    return tag({ ...props, children });
  }
  return { tag, props: props ?? {}, children };
}

export function render(node: Child): string {
  if (node === null || node === undefined) return "";
  if (Array.isArray(node)) return node.map(render).join("");
  if (typeof node !== "object") return String(node).replace(/[<&]/g, (c) => (c === "<" ? "&lt;" : "&amp;"));
  const inner = node.children.map(render).join("");
  if (node.tag === Fragment) return inner;
  const attributes = Object.entries(node.props).map(([key, value]) => ` ${key}="${value}"`);
  return `<${node.tag}${attributes.join("")}>${inner}</${node.tag}>`;
}

export function unused(): never {
  throw new Error("tree shaking must remove this");
}
