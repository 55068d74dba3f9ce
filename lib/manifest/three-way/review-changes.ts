/** Live object, draft and the server's answer → what an apply changes, and who makes each change. */
import { applyToObject } from '@/lib/manifest/edit/field-edit'
import { type FieldChange, fieldChanges, isWithin } from '@/lib/manifest/three-way/field-changes'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'

/**
 * The draft; a default of the schema; an admission webhook, which is all that can change an object of a custom resource besides its
 * defaults; or, where the schema is not known, the server in one of its ways.
 */
export type ChangeOrigin = 'draft' | 'default' | 'webhook' | 'server'

export interface ReviewedChange extends FieldChange {
  readonly origin: ChangeOrigin
  /** What the draft says of it. */
  readonly drafted: JsonValue | undefined
}

export interface ReviewVersions {
  /** Null: the object is to be created. */
  readonly live: JsonObject | null
  readonly draft: JsonObject
  readonly answer: JsonObject
  /** The kind's OpenAPI v3 schema, for a custom resource. */
  readonly schema?: JsonObject | undefined
}

/**
 * The draft's changes first, then the server's; of an object that is to be created, the server's only. Compares all three without
 * status and what every write changes of the metadata, which the caller leaves out. List items are recognised by what they share.
 */
export function reviewChanges(versions: ReviewVersions): readonly ReviewedChange[] {
  const { live, draft, answer, schema } = versions
  const byServer = fieldChanges(draft, answer)
  const originOf = ({ path, before, after }: FieldChange): ChangeOrigin => {
    if (schema === undefined) return 'server'
    const isFilledIn = before === undefined && after !== undefined
    return isFilledIn && isDefault(schemaAt(schema, path), after) ? 'default' : 'webhook'
  }
  const server = (change: FieldChange, drafted = change.before): ReviewedChange => ({
    ...change,
    origin: originOf({ ...change, before: drafted }),
    drafted,
  })
  if (live === null) return byServer.map((change) => server(change))
  const stored = fieldChanges(live, answer)
  const changes: ReviewedChange[] = []
  const further: ReviewedChange[] = []
  for (const change of stored) {
    const cause = byServer.find(({ path }) => isWithin(change.path, path))
    if (cause === undefined) {
      changes.push({ ...change, origin: 'draft', drafted: asDrafted(change, byServer) })
    } else
      further.push(
        server(change, cause.path.length === change.path.length ? cause.before : undefined),
      )
  }
  for (const change of byServer) {
    if (stored.some(({ path }) => isWithin(path, change.path))) continue
    const isInNew = stored.some(({ path }) => isWithin(change.path, path))
    // What the draft says and the server does not take, and what it fills into something new.
    if (isInNew || change.before !== undefined) further.push(server(change))
  }
  return [...changes, ...further]
}

/** What the draft added, without what the server filled into it. */
function asDrafted({ path, after }: FieldChange, byServer: readonly FieldChange[]) {
  const filled = byServer.filter(
    (inner) => inner.before === undefined && isWithin(inner.path, path),
  )
  let wrapped: JsonObject | undefined = after === undefined ? undefined : { after }
  // From the last on, so that no index moves.
  for (const inner of filled.toReversed()) {
    const edit = { op: 'remove', path: ['after', ...inner.path.slice(path.length)] } as const
    wrapped = wrapped && (applyToObject(wrapped, edit) ?? wrapped)
  }
  return wrapped?.['after']
}

/** The schema of a field; undefined where it says nothing of it. */
function schemaAt(schema: JsonObject, path: FieldChange['path']): JsonObject | undefined {
  let node: JsonObject | undefined = schema
  for (const step of path) node = node && childSchema(node, step)
  return node
}

function childSchema(node: JsonObject, step: string | number): JsonObject | undefined {
  const properties = ownValue(node, 'properties')
  const property = isJsonObject(properties) ? ownValue(properties, String(step)) : undefined
  const child =
    typeof step === 'number'
      ? ownValue(node, 'items')
      : (property ?? ownValue(node, 'additionalProperties'))
  return isJsonObject(child) ? child : undefined
}

/** Whether a value is what the schema fills in by itself: its default, or made of defaults. */
function isDefault(schema: JsonObject | undefined, value: JsonValue): boolean {
  if (schema === undefined) return false
  if (Object.hasOwn(schema, 'default') && equalJson(schema['default'], value)) return true
  const children: [string | number, JsonValue][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : isJsonObject(value)
      ? Object.entries(value)
      : []
  return (
    children.length > 0 &&
    children.every(([step, item]) => isDefault(childSchema(schema, step), item))
  )
}
