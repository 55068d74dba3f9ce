/** Several ask about one text, one after the other: it is parsed for the first of them. */
import { type Manifest, parseManifest } from '@/lib/manifest/parse-manifest'

let last: { readonly text: string; readonly manifest: Manifest } | undefined

/** `parseManifest`, which remembers the last text. */
export function parseOnce(text: string): Manifest {
  if (last?.text !== text) last = { text, manifest: parseManifest(text) }
  return last.manifest
}
