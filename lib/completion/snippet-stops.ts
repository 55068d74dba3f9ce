import { CHOICES_MAX } from './limits'

/**
 * Tab stops of one snippet, numbered as they are asked for.
 * https://code.visualstudio.com/docs/editing/userdefinedsnippets#_snippet-syntax
 */
export class SnippetStops {
  #count = 0

  /** A stop that holds a text. */
  fill(text: string): string {
    return `\${${this.#next()}:${text.replaceAll(/[\\$}]/g, '\\$&')}}`
  }

  /** A stop that offers several texts and holds the first; of a single one, that text. */
  choose(texts: readonly string[]): string {
    const [only = '', ...others] = texts
    if (others.length === 0) return this.fill(only)
    const escaped = texts.slice(0, CHOICES_MAX).map((text) => text.replaceAll(/[\\,|]/g, '\\$&'))
    return `\${${this.#next()}|${escaped.join(',')}|}`
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }
}
