import { toYaml } from '@/lib/manifest/to-yaml'

/** Metadata that the API server writes. */
const SERVER_METADATA = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
])
/** The annotation in which kubectl keeps its own copy of what it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object as a person would write it to apply it again: without status and what the API server fills in. */
export function toEditableYaml(object: object): string {
  return toYaml(editablePart(object))
}

/** What `editablePart` leaves out of an object, as field paths; empty where that is the whole object. */
export function notEditable(object: object): readonly string[] {
  const metadata: unknown = Reflect.get(object, 'metadata')
  const annotations: unknown = isObject(metadata) ? Reflect.get(metadata, 'annotations') : undefined
  const written = isObject(metadata) ? Object.keys(metadata) : []
  return [
    ...(Object.hasOwn(object, 'status') ? ['status'] : []),
    ...written.filter((key) => SERVER_METADATA.has(key)).map((key) => `metadata.${key}`),
    ...(isObject(annotations) && Object.hasOwn(annotations, LAST_APPLIED)
      ? [`metadata.annotations[${LAST_APPLIED}]`]
      : []),
  ]
}

/** The same as an object. */
export function editablePart(object: object): object {
  const kept = Object.entries(object)
    .filter(([key]) => key !== 'status')
    .map(([key, value]) => [key, key === 'metadata' ? editableMetadata(value) : value])
  return Object.fromEntries(kept)
}

function editableMetadata(metadata: unknown): unknown {
  if (!isObject(metadata)) return metadata
  const kept = Object.entries(metadata)
    .filter(([key]) => !SERVER_METADATA.has(key))
    .map(([key, value]) => [key, key === 'annotations' ? writtenAnnotations(value) : value])
    .filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept)
}

/** Annotations but for kubectl's own copy of the object; undefined when none remain. */
function writtenAnnotations(annotations: unknown): unknown {
  if (!isObject(annotations)) return annotations
  const kept = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
