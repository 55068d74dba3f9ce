import { parseJsonObject } from '@/lib/comparison/annotation-json'
import { isSecretName, replaceSecrets } from '@/lib/comparison/redaction/detectors'

const REDACTED = '[redacted]'

/**
 * The object with secrets replaced: values that stand beside the name of a header or parameter that promises one, as in a
 * RequestHeaderModifier, and texts that look like one. Annotations that hold JSON are looked into. Without hashes: there is
 * no salt where manifests are read.
 */
export function redactManifest<T>(manifest: T): T {
  return redact(manifest) as T
}

function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redact)
  if (typeof value !== 'object' || value === null) return value
  const name: unknown = Reflect.get(value, 'name')
  const isSecret = typeof name === 'string' && isSecretName(name)
  const fields = Object.entries(value).map(([key, field]) => [
    key,
    isSecret && key === 'value' ? REDACTED : redact(field),
  ])
  return Object.fromEntries(fields)
}

function redactText(text: string): string {
  const object = text.startsWith('{') ? parseJsonObject(text) : null
  return object === null ? replaceSecrets(text, () => REDACTED) : JSON.stringify(redact(object))
}
