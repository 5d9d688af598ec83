import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (_name, _path, isLeaf, isAttribute) => !isAttribute && !isLeaf,
});

/** One element of the sample; a path has the names of elements below it, with dots. */
export class Element {
  constructor(private readonly content: unknown) {}

  /** Elements at the end of the path, in document order; the empty path is the element itself. */
  all(path: string): Element[] {
    if (path === '') return [this];
    return path
      .split('.')
      .reduce<Element[]>((found, name) => found.flatMap((at) => at.children(name)), [this]);
  }

  /** Text of the first element at the path, `null` where there is none. */
  text(path: string): string | null {
    return this.all(path)[0]?.ownText() ?? null;
  }

  /** Text that the sample always has. @throws Error naming the path when it hasn't */
  need(path: string): string {
    const found = this.text(path);
    if (found === null) throw new Error(`The sample has an element without ${path}.`);
    return found;
  }

  /**
   * The last part of a descriptor, e.g. `Mother` of `uri://ed-fi.org/RelationDescriptor#Mother`.
   */
  descriptor(path: string): string | null {
    return this.text(path)?.split('#').at(-1)?.trim() ?? null;
  }

  attribute(name: string): string | null {
    const value = (this.content as Record<string, unknown> | null)?.[`@${name}`];
    return typeof value === 'string' ? value : null;
  }

  private children(name: string): Element[] {
    if (typeof this.content !== 'object' || this.content === null) return [];
    const found = (this.content as Record<string, unknown>)[name];
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((content) => new Element(content));
  }

  private ownText(): string | null {
    const own =
      typeof this.content === 'object' && this.content !== null
        ? (this.content as Record<string, unknown>)['#text']
        : this.content;
    return typeof own === 'string' && own.trim() !== '' ? own.trim() : null;
  }
}

/** Elements of one name at the top of one file, e.g. every `Student` of `Student`. */
export function readSample(folder: string): (file: string, element: string) => Element[] {
  const files = new Map<string, Element>();
  return (file, element) => {
    let root = files.get(file);
    if (!root) {
      const parsed = parser.parse(readFileSync(join(folder, `${file}.xml`), 'utf8')) as Record<
        string,
        unknown
      >;
      const top = Object.keys(parsed).find((name) => name.startsWith('Interchange'));
      if (top === undefined) throw new Error(`${file}.xml is no Ed-Fi interchange.`);
      const content = parsed[top];
      root = new Element(Array.isArray(content) ? content[0] : content);
      files.set(file, root);
    }
    return root.all(element);
  };
}

export type ReadSample = ReturnType<typeof readSample>;
