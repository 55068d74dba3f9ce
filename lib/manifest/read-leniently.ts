import { Composer, type Document, Parser } from 'yaml'
import { DOCUMENTS_MAX, TEXT_LENGTH_MAX } from '@/lib/manifest/limits'
import { hasTooManyValues, nestsTooDeep } from '@/lib/manifest/text-shape'
import { KUBECTL_YAML } from '@/lib/manifest/yaml-options'

/**
 * The syntax trees of all documents of a text, faulty ones too, as far as the parser makes sense of them: for a text that is
 * still being typed. Empty for a text beyond the limits of `parseManifest`. Never throws.
 */
export function readLeniently(text: string): readonly Document[] {
  if (text.length > TEXT_LENGTH_MAX || hasTooManyValues(text) || nestsTooDeep(text)) return []
  const composer = new Composer(KUBECTL_YAML)
  const documents: Document[] = []
  try {
    for (const document of composer.compose(new Parser().parse(text))) {
      documents.push(document)
      if (documents.length >= DOCUMENTS_MAX) break
    }
  } catch (error) {
    // As in `parseManifest`: nesting that the scan cannot see may exhaust the stack.
    if (!(error instanceof RangeError)) throw error
  }
  return documents
}
