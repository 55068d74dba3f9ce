/** What is said of an object whose kind or version has no schema here. Pure. */

import { splitApiVersion } from '@/lib/gateway-api/api-version'
import { apiVersionOf, GATEWAY_API_GROUP, KINDS, type ResourceKind } from '@/lib/gateway-api/kinds'
import { wishFor, wishKey } from '@/lib/gateway-api/wanted-schemas'
import type { ManifestDocument } from '@/lib/manifest/parse-manifest'
import { closestWord } from '@/lib/shared/closest-word'
import { type CompiledSchema, schemaApiVersion } from '@/lib/validation/compiled-schema'
import type { Diagnostic } from '@/lib/validation/diagnostic'

const RESOURCES: readonly ResourceKind[] = Object.values(KINDS)
const KNOWN_KINDS = new Set(RESOURCES.map(({ kind, ...of }) => `${apiVersionOf(of)}/${kind}`))
const GATEWAY_KINDS = RESOURCES.filter(({ group }) => group === GATEWAY_API_GROUP)

/** Groups in which no kind of the Gateway API is served any more or ever was: what the group was called before v1alpha2. */
const FORMER_GROUPS = new Set(['networking.x-k8s.io', ''])

/**
 * What is said of a kind without a schema. A Service beside the route is fine: the editor has no schema for it, but the API
 * server does. A kind of the Gateway API is unknown only once the cluster has said that it does not serve it, and then refused,
 * with the version that is served.
 */
export function judgedKind(
  diagnostic: Diagnostic,
  document: ManifestDocument | undefined,
  schemas: ReadonlyMap<string, CompiledSchema>,
  unserved: readonly string[],
): readonly Diagnostic[] {
  if (diagnostic.code !== 'type.unknown-kind' || document === undefined) return [diagnostic]
  const wish = wishFor(document.object)
  if (wish !== undefined && !unserved.includes(wishKey(wish))) return []
  const apiVersion = String(document.object['apiVersion'])
  const kind = String(document.object['kind'])
  if (KNOWN_KINDS.has(`${apiVersion}/${kind}`) && wish === undefined) return []
  const { group } = splitApiVersion(apiVersion)
  const resource = GATEWAY_KINDS.find((known) => known.kind === kind)
  if (resource !== undefined) {
    const isRefused = wish !== undefined || FORMER_GROUPS.has(group)
    const told = { ...diagnostic, severity: isRefused ? 'error' : diagnostic.severity } as const
    return [withVersion(told, document, resource, servedVersion(kind, schemas, unserved))]
  }
  const meant = closestWord(
    kind,
    GATEWAY_KINDS.map((known) => known.kind),
  )
  return [
    group === GATEWAY_API_GROUP && meant !== undefined ? withKind(diagnostic, meant) : diagnostic,
  ]
}

/** The version of a kind whose schema the cluster has given; undefined while none has come. */
function servedVersion(
  kind: string,
  schemas: ReadonlyMap<string, CompiledSchema>,
  unserved: readonly string[],
): string | undefined {
  const served = [...schemas.values()]
    .filter((schema) => schema.kind === kind)
    .map(schemaApiVersion)
    .filter((apiVersion) => {
      const wish = wishFor({ apiVersion, kind })
      return wish !== undefined && !unserved.includes(wishKey(wish))
    })
  return served.find((apiVersion) => /\/v\d+$/.test(apiVersion)) ?? served[0]
}

function withVersion(
  diagnostic: Diagnostic,
  document: ManifestDocument,
  resource: ResourceKind,
  served: string | undefined,
): Diagnostic {
  const apiVersion = String(document.object['apiVersion'])
  const own = apiVersionOf(resource)
  if (served === undefined && own === apiVersion) return diagnostic
  const version = served ?? own
  const where =
    served === undefined ? `${resource.kind} is` : `the cluster serves ${resource.kind} as`
  const message = `${diagnostic.message}: ${where} ${version}`
  const range = document.rangeOf('apiVersion')
  const isMarked =
    range.startLine === range.endLine && document.sourceOf('apiVersion') === apiVersion
  const fix = { kind: 'edit', title: `Change to ${version}`, range, text: version } as const
  return { ...diagnostic, message, fieldPath: 'apiVersion', range, ...(isMarked ? { fix } : {}) }
}

function withKind(diagnostic: Diagnostic, meant: string): Diagnostic {
  const { range } = diagnostic
  const fix = { kind: 'edit', title: `Change to ${meant}`, range, text: meant } as const
  return { ...diagnostic, message: `${diagnostic.message}: the kind is ${meant}`, fix }
}
