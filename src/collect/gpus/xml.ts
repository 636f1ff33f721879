/** An element of what nvidia-smi prints: its text, or what stands in it. */
export type Element = {
  readonly name: string
  /** The `id` of a GPU: its PCI address. */
  readonly id: string | null
  text: string
  readonly children: Element[]
}

const TAG = /<(\/?)([A-Za-z_][\w.-]*)(?:\s+id="([^"]*)")?[^<>]*?(\/?)>/g

/** Deeper than any version has been; what goes deeper is garbage. */
const DEEPEST = 32

/**
 * The elements of a document of `nvidia-smi -q -x`. Not an XML parser, for it is not always XML: drivers have printed
 * <supported_mem_clock> unclosed (lollipopkit/flutter_server_box#286), and names of processes unescaped. An element
 * ends where its end tag stands; those that were left open within end with it.
 */
export function parseElements(document: string): Element {
  const root: Element = { name: '', id: null, text: '', children: [] }
  const open: Element[] = [root]
  let from = 0
  for (const tag of document.matchAll(TAG)) {
    const [whole, isEnd, name = '', id, isEmpty] = tag
    const innermost = open.at(-1) as Element
    innermost.text += document.slice(from, tag.index)
    from = tag.index + whole.length
    if (isEnd) {
      const at = open.findLastIndex((element) => element.name === name)
      if (at > 0) open.length = at
    } else if (open.length < DEEPEST) {
      const element: Element = { name, id: id ?? null, text: '', children: [] }
      innermost.children.push(element)
      if (!isEmpty) open.push(element)
    }
  }
  return root
}

/** The element at the end of the path; the first, where there are several. */
export function find(element: Element, ...path: readonly string[]): Element | null {
  let found: Element | undefined = element
  for (const name of path) found = found?.children.find((child) => child.name === name)
  return found ?? null
}

export const findAll = (element: Element | null, name: string): Element[] =>
  element?.children.filter((child) => child.name === name) ?? []
