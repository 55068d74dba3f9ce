/** A kind compiled into the server → the shape every verb works with. */

import type { JsonObject } from '@/lib/shared/json'
import { decodeObjectMeta } from '@/lib/validation/decode-object-meta'
import type { FieldError } from '@/lib/validation/field-error'
import { normalizeResource } from '@/lib/validation/normalize-value'
import { validateObjectMeta, validateObjectMetaUpdate } from '@/lib/validation/object-meta'
import { readSchema, type SchemaNode } from '@/lib/validation/structural-schema'
import { metadataOf, textAt, withMetadata } from '../api/api-object'
import type { BuiltinKind, DecodedBody, OpenApiSchema } from '../api/contracts'
import { MESSAGE_FORM } from '../api/kubernetes-version'
import { checkFinalizers } from './core/finalizer-rules'
import { readTyped } from './core/typed-fields'
import type { ScalePaths, ServedKind } from './served-kind'

const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]

const SCALE: ScalePaths = {
  specReplicas: 'spec.replicas',
  statusReplicas: 'status.replicas',
  selector: 'spec.selector',
}

/** Wraps a built-in kind. The schema is read on first use. */
export function builtinServedKind(kind: BuiltinKind): ServedKind {
  let schema: SchemaNode | undefined
  const schemaNode = (): SchemaNode => {
    schema ??= readSchema(kind.schema, MESSAGE_FORM)
    return schema
  }
  const { namespaced } = kind.resource
  return {
    resource: kind.resource,
    storageVersion: kind.resource.version,
    singular: kind.singular,
    shortNames: kind.shortNames,
    categories: kind.categories,
    verbs: kind.verbs.length === 0 ? ALL_VERBS : kind.verbs,
    readOnlyReason: kind.readOnlyReason,
    isCustom: false,
    hasStatus: kind.subresources.includes('status'),
    statusResets: kind.statusResets ?? [],
    hasLog: kind.subresources.includes('log'),
    hasTokens: kind.subresources.includes('token'),
    hasFinalize: kind.subresources.includes('finalize'),
    hasProxy: kind.subresources.includes('proxy'),
    deletion: kind.deletion ?? {},
    scale: kind.subresources.includes('scale') ? SCALE : undefined,
    schema: kind.schema,
    columns: kind.columns,
    selectableFields: kind.selectableFields ?? [],
    tracksGeneration: kind.tracksGeneration ?? true,
    toCells: (object, now) => kind.toCells(object, now),
    decode: (object) => decodeBuiltin(kind, schemaNode(), object),
    prepareCreate(object, isTaken) {
      const defaulted = kind.applyDefaults(object)
      return kind.allocate?.(defaulted, isTaken) ?? defaulted
    },
    prepareUpdate: (object, old) => kind.prepareUpdate?.(object, old) ?? object,
    validateCreate: (object) =>
      mergeErrors(
        validateObjectMeta(metadataOf(object), {
          form: MESSAGE_FORM,
          namespaced,
          // The kind itself checks its name.
          nameProblems: () => [],
        }),
        [
          ...checkFinalizers(metadataOf(object)),
          ...generateNameErrors(kind, object),
          ...kind.validateCreate(object),
        ],
      ),
    validateUpdate(object, old) {
      const errors = [
        ...validateObjectMetaUpdate(metadataOf(object), metadataOf(old), MESSAGE_FORM),
        ...checkFinalizers(metadataOf(object)),
      ]
      // Both the generic update and the kind's own look at metadata, and a Status has what each of them found.
      return [...errors, ...errors, ...kind.validateUpdate(object, old)]
    },
    changesGeneration: (object, old) => kind.changesGeneration(object, old),
  }
}

/** A prefix is held to the kind's rule for names, with something behind a dash at its end. */
function generateNameErrors(kind: BuiltinKind, object: JsonObject): FieldError[] {
  const prefix = textAt(metadataOf(object), 'generateName')
  if (prefix === '') return []
  const name = prefix.replace(/-$/, 'a')
  return kind
    .validateCreate(withMetadata(object, { name }))
    .filter((error) => error.field === 'metadata.name')
    .map((error) => ({
      ...error,
      field: 'metadata.generateName',
      message: error.message.replace(JSON.stringify(name), JSON.stringify(prefix)),
    }))
}

/** A missing name is only missing: what a name has to look like is said of names that are there. */
function mergeErrors(generic: FieldError[], own: readonly FieldError[]): FieldError[] {
  const isNameMissing = generic.some((error) => error.field === 'metadata.name')
  const isSaid = (error: FieldError) =>
    generic.some((other) => other.field === error.field && other.message === error.message)
  return [
    ...generic,
    ...own.filter((error) => !(isNameMissing && error.field === 'metadata.name') && !isSaid(error)),
  ]
}

function decodeBuiltin(kind: BuiltinKind, schema: SchemaNode, object: JsonObject): DecodedBody {
  const decoded = decodeStruct(kind.resource, kind.schema, object, schema)
  if (!decoded.ok) return decoded
  const pruned = kind.prune?.(decoded.object) ?? { object: decoded.object, unknownFields: [] }
  return {
    ok: true,
    object: kind.applyDefaults(pruned.object),
    unknownFields: [...decoded.unknownFields, ...pruned.unknownFields],
  }
}

/** The object as the struct of a kind holds it, pruned. `node` is the schema as it was read before. */
export function decodeStruct(
  { kind }: { readonly kind: string },
  schema: OpenApiSchema,
  object: JsonObject,
  node: SchemaNode = readSchema(schema, MESSAGE_FORM),
): DecodedBody {
  const typed = readTyped(schema, kind, object)
  if (!typed.ok) return typed
  const decoded = decodeObjectMeta(typed.object['metadata'])
  if (!decoded.ok) return decoded
  const normalized = normalizeResource(node, typed.object)
  return {
    ok: true,
    object: { ...normalized.object, metadata: decoded.metadata },
    unknownFields: [...decoded.unknownFields, ...normalized.unknownFields],
  }
}
