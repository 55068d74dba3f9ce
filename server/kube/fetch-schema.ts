import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { apiVersionOf, type ResourceKind } from '@/lib/gateway-api/kinds'
import { getServerVersion } from './cluster-info'
import { asObject, KubeError } from './kube-error'
import { SCHEMA_NODES_MAX } from './limits'
import type { Cluster } from './load-cluster'
import { parseJson } from './objects'

type Schema = Record<string, unknown>

/**
 * The schema the cluster serves for a kind, references inlined; null when it serves none. A custom kind's comes from its
 * CustomResourceDefinition, which keeps the CEL rules; others from `/openapi/v3`. Rejects with `KubeError`.
 */
export async function fetchSchema(
  cluster: Cluster,
  resource: ResourceKind,
): Promise<SchemaResponse | null> {
  const [kubernetesVersion, schema] = await Promise.all([
    getServerVersion(cluster),
    findSchema(cluster, resource),
  ])
  if (schema === null) return null
  const { kind } = resource
  return { apiVersion: apiVersionOf(resource), kind, kubernetesVersion, openAPIV3Schema: schema }
}

async function findSchema(cluster: Cluster, resource: ResourceKind): Promise<Schema | null> {
  // Groups without a dot, and those under k8s.io that are not custom, have no CRD; asking costs one 404.
  const fromCrd = resource.group.includes('.') ? await readCrdSchema(cluster, resource) : null
  return fromCrd ?? (await readOpenApiSchema(cluster, resource))
}

async function readCrdSchema(cluster: Cluster, resource: ResourceKind): Promise<Schema | null> {
  const name = `${resource.plural}.${resource.group}`
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`
  const document = await readOptional(cluster, path)
  const versions = asObject(document?.['spec'])?.['versions']
  for (const version of Array.isArray(versions) ? versions : []) {
    const fields = asObject(version)
    if (fields?.['name'] !== resource.version || fields['served'] === false) continue
    return asObject(asObject(fields['schema'])?.['openAPIV3Schema'])
  }
  return null
}

async function readOpenApiSchema(cluster: Cluster, resource: ResourceKind): Promise<Schema | null> {
  const groupVersion = apiVersionOf(resource)
  const root = resource.group === '' ? `api/${groupVersion}` : `apis/${groupVersion}`
  const document = await readOptional(cluster, `/openapi/v3/${root}`)
  const schemas = asObject(asObject(document?.['components'])?.['schemas'])
  if (schemas === null) return null
  for (const schema of Object.values(schemas)) {
    const fields = asObject(schema)
    if (fields !== null && isOfKind(fields, resource)) return inlineReferences(fields, schemas)
  }
  return null
}

/** A document, or null where it is missing or not for our eyes. */
async function readOptional(cluster: Cluster, path: string): Promise<Schema | null> {
  const { status, body } = await cluster.transport.send({ method: 'GET', path }, [403, 404])
  return status === 200 ? parseJson(body) : null
}

function isOfKind(schema: Schema, { group, version, kind }: ResourceKind): boolean {
  const kinds = schema['x-kubernetes-group-version-kind']
  return (Array.isArray(kinds) ? kinds : []).some((entry: unknown) => {
    const fields = asObject(entry)
    return fields?.['group'] === group && fields['version'] === version && fields['kind'] === kind
  })
}

const REFERENCE_PREFIX = '#/components/schemas/'

/**
 * A schema with every `$ref` replaced by what it names. A reference to a schema around it (JSONSchemaProps holds itself)
 * becomes an open object. Throws `malformed` for a reference that leads nowhere.
 */
export function inlineReferences(schema: Schema, schemas: Schema): Schema {
  let nodes = 0
  const inline = (value: unknown, around: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown) => inline(item, around))
    const node = asObject(value)
    if (node === null) return value
    nodes += 1
    if (nodes > SCHEMA_NODES_MAX) return {}
    const reference = referenceOf(node)
    if (reference === null) return mapValues(node, (item) => inline(item, around))
    if (around.includes(reference)) return { type: 'object' }
    const target = asObject(schemas[reference])
    if (target === null) {
      throw new KubeError('malformed', `The schema refers to ${reference}, which is not there.`)
    }
    const { $ref, allOf, ...beside } = node
    return { ...mapValues(target, (item) => inline(item, [...around, reference])), ...beside }
  }
  return asObject(inline(schema, [])) ?? {}
}

/** `$ref`, also in kube-apiserver's form for a reference with a description beside it: `allOf` with one entry. */
function referenceOf(node: Schema): string | null {
  const { $ref, allOf } = node
  const only: unknown = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined
  const reference = $ref ?? asObject(only)?.['$ref']
  if (typeof reference !== 'string' || !reference.startsWith(REFERENCE_PREFIX)) return null
  return reference.slice(REFERENCE_PREFIX.length)
}

function mapValues(node: Schema, change: (value: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value)]))
}
