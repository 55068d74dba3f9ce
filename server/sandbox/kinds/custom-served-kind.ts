/** One served version of a CustomResourceDefinition → the shape every verb works with. */

import type { JsonObject } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'
import { admitObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import { decodeObjectMeta } from '@/lib/validation/decode-object-meta'
import { normalizeResource } from '@/lib/validation/normalize-value'
import { listAt, objectAt, textAt } from '../api/api-object'
import type { DecodedBody } from '../api/contracts'
import { MESSAGE_FORM } from '../api/kubernetes-version'
import { printerColumns } from './printer-columns'
import type { ScalePaths, ServedKind } from './served-kind'

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** The served versions of a definition. Schemas are compiled when first used. */
export function customServedKinds(definition: JsonObject): ServedKind[] {
  const versions = listAt(objectAt(definition, 'spec'), 'versions').filter(isJsonObject)
  const storage = textAt(
    versions.find((version) => version['storage'] === true),
    'name',
  )
  return versions
    .filter((version) => version['served'] === true)
    .map((version) => servedVersion(definition, version, storage))
}

function texts(parent: JsonObject, key: string): string[] {
  return listAt(parent, key).filter((item) => typeof item === 'string')
}

function servedVersion(definition: JsonObject, version: JsonObject, storage: string): ServedKind {
  const spec = objectAt(definition, 'spec')
  const names = objectAt(spec, 'names')
  const subresources = objectAt(version, 'subresources')
  const openApi = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema')
  const resource = {
    group: textAt(spec, 'group'),
    version: textAt(version, 'name'),
    kind: textAt(names, 'kind'),
    plural: textAt(names, 'plural'),
    namespaced: spec['scope'] !== 'Cluster',
  }
  const hasStatus = isJsonObject(subresources['status'])
  let compiled: CompiledSchema | undefined
  const schema = (): CompiledSchema => {
    compiled ??= compileSchema(openApi, {
      group: resource.group,
      version: resource.version,
      kind: resource.kind,
      messageForm: MESSAGE_FORM,
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      statusSubresource: hasStatus,
    })
    return compiled
  }
  return {
    resource,
    storageVersion: storage,
    singular: textAt(names, 'singular') || resource.kind.toLowerCase(),
    shortNames: texts(names, 'shortNames'),
    categories: texts(names, 'categories'),
    verbs: VERBS,
    readOnlyReason: undefined,
    isCustom: true,
    hasStatus,
    // Metadata of a status write is dropped as well, but its owner is written down.
    statusResets: [],
    hasLog: false,
    hasTokens: false,
    hasFinalize: false,
    hasProxy: false,
    deletion: {},
    scale: scalePaths(subresources),
    schema: openApi,
    selectableFields: listAt(version, 'selectableFields')
      .filter(isJsonObject)
      .map((field) => textAt(field, 'jsonPath').replace(/^\./, '')),
    tracksGeneration: true,
    ...printerColumns(listAt(version, 'additionalPrinterColumns')),
    decode: (object, isApplied = false) => decodeCustom(schema(), object, isApplied),
    // Defaults also apply when the API server reads its own storage, so a dropped status comes back defaulted.
    prepareCreate: (object) => object,
    prepareUpdate: (object) => object,
    validateCreate: (object) =>
      admitObject(schema(), object, { operation: 'create', isDecoded: true }).errors,
    validateUpdate: (object, old, subresource) =>
      admitObject(schema(), object, {
        operation: 'update',
        old,
        isDecoded: true,
        ...(subresource === 'status' ? { subresource: 'status' as const } : {}),
      }).errors,
    changesGeneration: (object, old) =>
      !equalJson(tracked(object, hasStatus), tracked(old, hasStatus)),
  }
}

function scalePaths(subresources: JsonObject): ScalePaths | undefined {
  const scale = subresources['scale']
  if (!isJsonObject(scale)) return undefined
  const path = (key: string) => textAt(scale, key).replace(/^\./, '')
  return {
    specReplicas: path('specReplicasPath'),
    statusReplicas: path('statusReplicasPath'),
    selector: path('labelSelectorPath'),
  }
}

/** What moves metadata.generation: all but metadata, and status where it has its own endpoint. */
function tracked(object: JsonObject, hasStatus: boolean): JsonObject {
  const { metadata: _metadata, status, ...rest } = object
  return hasStatus || status === undefined ? rest : { ...rest, status }
}

/** Another kind passes undecoded, to be refused by validation; another version has no known fields. */
function decodeCustom(schema: CompiledSchema, object: JsonObject, isApplied: boolean): DecodedBody {
  const [group, version] = splitApiVersion(textAt(object, 'apiVersion'))
  const decoded = decodeObjectMeta(object['metadata'])
  if (!decoded.ok) return decoded
  if (group !== schema.group || object['kind'] !== schema.kind) {
    return {
      ok: true,
      object: { ...object, metadata: decoded.metadata },
      unknownFields: decoded.unknownFields,
    }
  }
  const root = version === schema.version ? schema.root : undefined
  const normalized = normalizeResource(root, object, isApplied)
  return {
    ok: true,
    object: { ...normalized.object, metadata: decoded.metadata },
    unknownFields: [...decoded.unknownFields, ...normalized.unknownFields],
  }
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)]
}
