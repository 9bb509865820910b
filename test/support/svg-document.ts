import { parseXml, XmlElement, type XmlNode } from '@rgrove/parse-xml';

/** A parsed SVG, for tests that ask what a reader would see. */
export interface SvgDocument {
  readonly root: XmlElement;
  /** All elements of a name, in document order. */
  all(name: string): XmlElement[];
  /** Content of every text element. */
  readonly texts: string[];
}

/** Throws on anything that is not well-formed XML. */
export function parseSvg(svg: string): SvgDocument {
  const root = parseXml(svg).root;
  if (root === null) throw new Error('no root element');
  const elements = [...descendants(root)];
  const all = (name: string) => elements.filter((element) => element.name === name);
  return { root, all, texts: all('text').map(({ text }) => text) };
}

function* descendants(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children as XmlNode[]) {
    if (child instanceof XmlElement) yield* descendants(child);
  }
}
