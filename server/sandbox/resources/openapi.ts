/** OpenAPI v3: what kubectl validates with and explains from. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3 */

import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { objectAt } from '../api/api-object'
import { KUBERNETES_VERSION } from '../api/kubernetes-version'
import { groupVersionOf } from '../api/names'
import { OBJECT_META_SCHEMA } from '../api/object-meta-schema'
import type { KindRegistry } from '../kinds/kind-registry'
import type { ServedKind } from '../kinds/served-kind'
import { groupVersions } from './discovery'
import { withReferences } from './openapi-references'

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

interface Document {
  readonly json: string
  readonly hash: string
}

/** Documents by `apis/<group>/<version>`, built when first asked for and kept until the kinds change. */
export class OpenApiDocuments {
  readonly #kinds: KindRegistry
  #documents = new Map<string, Document>()
  #generation = -1

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds
  }

  /** The index of `/openapi/v3`. Every URL carries the hash of its document, so clients may keep it for ever. */
  index(): JsonObject {
    const paths: JsonObject = {}
    for (const [group, versions] of groupVersions(this.#kinds)) {
      for (const version of versions) {
        const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
        const document = this.find(path)
        if (document === undefined) continue
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${document.hash}` }
      }
    }
    return { paths }
  }

  /** The document of `api/v1` or `apis/<group>/<version>`; undefined when nothing is served there. */
  find(path: string): Document | undefined {
    if (this.#generation !== this.#kinds.generation) {
      this.#documents = new Map()
      this.#generation = this.#kinds.generation
    }
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    const parts = path.split('/')
    const [group, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]]
    const served = this.#kinds
      .all()
      .filter(({ resource }) => resource.group === group && resource.version === version)
    if (served.length === 0) return undefined
    const json = JSON.stringify(documentOf(served))
    const hash = createHash('sha256').update(json).digest('hex').toUpperCase()
    const document = { json, hash }
    this.#documents.set(path, document)
    return document
  }
}

function documentOf(served: readonly ServedKind[]): JsonObject {
  const schemas: JsonObject = { [OBJECT_META]: OBJECT_META_SCHEMA }
  const paths: JsonObject = {}
  for (const kind of served) {
    const schema = kindSchema(kind)
    schemas[schemaName(kind)] = kind.isCustom ? schema : withReferences(schema, schemas)
    Object.assign(paths, pathsOf(kind))
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Mirrorboard sandbox', version: `v${KUBERNETES_VERSION}` },
    paths,
    components: { schemas },
  }
}

/** `io.k8s.networking.gateway.v1.HTTPRoute`: the group reversed, as the API server names CRD schemas. */
function schemaName(kind: ServedKind): string {
  const { group, version, kind: name } = kind.resource
  if (!kind.isCustom) {
    const short = group === '' ? 'core' : (group.split('.')[0] ?? group)
    return `io.k8s.api.${short}.${version}.${name}`
  }
  return `${group.split('.').reverse().join('.')}.${version}.${name}`
}

function identity(kind: ServedKind): JsonObject {
  const { group, version, kind: name } = kind.resource
  return { group, version, kind: name }
}

function kindSchema(kind: ServedKind): JsonObject {
  const properties: JsonObject = { ...objectAt(kind.schema, 'properties') }
  const described = (key: string, description: string): JsonValue =>
    isJsonObject(properties[key]) && 'description' in properties[key]
      ? properties[key]
      : { type: 'string', description }
  properties['apiVersion'] = described('apiVersion', API_VERSION)
  properties['kind'] = described('kind', KIND)
  properties['metadata'] = {
    description:
      "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
    allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }],
    default: {},
  }
  return { ...kind.schema, properties, 'x-kubernetes-group-version-kind': [identity(kind)] }
}

const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources'
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds'

function parameter(name: string): JsonObject {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } }
}

function pathsOf(kind: ServedKind): JsonObject {
  const { group, plural, namespaced } = kind.resource
  const root = group === '' ? '/api' : '/apis'
  const scope = namespaced ? '/namespaces/{namespace}' : ''
  const collection = `${root}/${groupVersionOf(kind.resource)}${scope}/${plural}`
  const reference = { $ref: `#/components/schemas/${schemaName(kind)}` }
  const content = { 'application/json': { schema: reference } }
  const responses = { '200': { description: 'OK', content } }
  const operation = (action: string, parameters: string[], hasBody: boolean): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': identity(kind),
    parameters: parameters.map(parameter),
    ...(hasBody ? { requestBody: { content: { '*/*': { schema: reference } } } } : {}),
    responses,
  })
  const writing = ['dryRun', 'fieldManager', 'fieldValidation']
  return {
    [collection]: {
      get: operation(
        'list',
        ['labelSelector', 'fieldSelector', 'limit', 'continue', 'watch'],
        false,
      ),
      post: operation('post', writing, true),
    },
    [`${collection}/{name}`]: {
      get: operation('get', [], false),
      put: operation('put', writing, true),
      patch: operation('patch', [...writing, 'force'], true),
      delete: operation('delete', ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'], false),
    },
  }
}
