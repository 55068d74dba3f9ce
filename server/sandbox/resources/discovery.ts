/** Which APIs there are, in the aggregated form and in the older one document per group and version. */

import type { JsonObject } from '@/lib/shared/json'
import { groupVersionOf } from '../api/names'
import type { KindRegistry } from '../kinds/kind-registry'
import type { ServedKind } from '../kinds/served-kind'

/** Endpoints that store nothing, served beside the kinds. */
interface VirtualResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

export const REVIEWS: readonly VirtualResource[] = [
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    namespaced: false,
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    namespaced: false,
  },
]

/** Versions by group, newest stable first as the API server prefers them. */
export function groupVersions(kinds: KindRegistry): Map<string, string[]> {
  const versions = new Map<string, string[]>()
  for (const { group, version } of [...kinds.all().map((kind) => kind.resource), ...REVIEWS]) {
    const known = versions.get(group) ?? []
    if (!known.includes(version)) versions.set(group, [...known, version])
  }
  for (const [group, list] of versions) versions.set(group, list.sort(compareVersions))
  return versions
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/

/** v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name. */
function compareVersions(a: string, b: string): number {
  const [x, y] = [VERSION.exec(a), VERSION.exec(b)]
  if (x === null || y === null) return x === y ? a.localeCompare(b) : x === null ? 1 : -1
  const stage = (match: RegExpExecArray) => ({ alpha: 0, beta: 1 })[match[2] ?? ''] ?? 2
  return stage(y) - stage(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0)
}

/** APIGroupDiscoveryList of `/api` (the core group) or `/apis` (the others). */
export function aggregatedDiscovery(kinds: KindRegistry, isCore: boolean): JsonObject {
  const items: JsonObject[] = []
  for (const [group, versions] of groupVersions(kinds)) {
    if ((group === '') !== isCore) continue
    items.push({
      metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
      versions: versions.map((version) => aggregatedVersion(kinds, group, version)),
    })
  }
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items,
  }
}

function aggregatedVersion(kinds: KindRegistry, group: string, version: string): JsonObject {
  const resources = kindsOf(kinds, group, version).map(aggregatedResource)
  const reviews = reviewsOf(group, version).map((review) => ({
    resource: review.plural,
    responseKind: { group, version, kind: review.kind },
    scope: review.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: review.kind.toLowerCase(),
    verbs: ['create'],
  }))
  return { version, resources: [...resources, ...reviews], freshness: 'Current' }
}

function aggregatedResource(kind: ServedKind): JsonObject {
  const { group, version, kind: name, plural, namespaced } = kind.resource
  const subresources = subresourcesOf(kind).map((subresource) => ({
    subresource: subresource.name,
    responseKind: subresource.responseKind,
    verbs: [...subresource.verbs],
  }))
  return {
    resource: plural,
    responseKind: { group, version, kind: name },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...kind.verbs],
    ...(kind.shortNames.length === 0 ? {} : { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length === 0 ? {} : { categories: [...kind.categories] }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

interface Subresource {
  readonly name: string
  readonly responseKind: { group: string; version: string; kind: string }
  readonly verbs: readonly string[]
}

function subresourcesOf(kind: ServedKind): Subresource[] {
  const { group, version, kind: name } = kind.resource
  const own = { group, version, kind: name }
  const writable = ['get', 'patch', 'update']
  return [
    ...(kind.hasLog ? podSubresources(own) : []),
    ...(kind.hasFinalize ? [{ name: 'finalize', responseKind: own, verbs: ['update'] }] : []),
    ...(kind.hasProxy
      ? [
          {
            name: 'proxy',
            responseKind: { ...own, kind: 'ServiceProxyOptions' },
            verbs: PROXY_VERBS,
          },
        ]
      : []),
    ...(kind.scale === undefined ? [] : [{ name: 'scale', responseKind: SCALE, verbs: writable }]),
    ...(kind.hasStatus ? [{ name: 'status', responseKind: own, verbs: writable }] : []),
    ...(kind.hasTokens ? [{ name: 'token', responseKind: TOKEN_REQUEST, verbs: ['create'] }] : []),
  ]
}

const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update']
const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }

function podSubresources(pod: Subresource['responseKind']): Subresource[] {
  const connect = ['create', 'get']
  const options = (kind: string) => ({ ...pod, kind })
  return [
    { name: 'attach', responseKind: options('PodAttachOptions'), verbs: connect },
    { name: 'exec', responseKind: options('PodExecOptions'), verbs: connect },
    { name: 'log', responseKind: pod, verbs: ['get'] },
    { name: 'portforward', responseKind: options('PodPortForwardOptions'), verbs: connect },
    { name: 'proxy', responseKind: options('PodProxyOptions'), verbs: PROXY_VERBS },
  ]
}

function kindsOf(kinds: KindRegistry, group: string, version: string): ServedKind[] {
  return kinds
    .all()
    .filter(({ resource }) => resource.group === group && resource.version === version)
    .sort((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1))
}

function reviewsOf(group: string, version: string): VirtualResource[] {
  return REVIEWS.filter((review) => review.group === group && review.version === version)
}

/** APIVersions of `/api`. */
export function coreVersions(host: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  }
}

/** APIGroupList of `/apis`. */
export function groupList(kinds: KindRegistry): JsonObject {
  const groups = [...groupVersions(kinds)].filter(([group]) => group !== '')
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => groupEntry(group, versions)),
  }
}

/** APIGroup of `/apis/<group>`; undefined for one that is not served. */
export function groupDocument(kinds: KindRegistry, group: string): JsonObject | undefined {
  const versions = group === '' ? undefined : groupVersions(kinds).get(group)
  if (versions === undefined) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) }
}

function groupEntry(group: string, versions: readonly string[]): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: entries, preferredVersion: entries[0] ?? null }
}

/** APIResourceList of one group and version; undefined for one that is not served. */
export function resourceList(
  kinds: KindRegistry,
  group: string,
  version: string,
): JsonObject | undefined {
  const served = kindsOf(kinds, group, version)
  const reviews = reviewsOf(group, version)
  if (served.length === 0 && reviews.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionOf({ group, version }),
    resources: [
      ...served.flatMap(resourceEntries),
      ...reviews.map((review) => ({
        name: review.plural,
        singularName: review.kind.toLowerCase(),
        namespaced: review.namespaced,
        kind: review.kind,
        verbs: ['create'],
      })),
    ],
  }
}

function resourceEntries(kind: ServedKind): JsonObject[] {
  const { group, plural, namespaced, kind: name } = kind.resource
  const main: JsonObject = {
    name: plural,
    singularName: kind.singular,
    namespaced,
    kind: name,
    verbs: [...kind.verbs],
    ...(kind.shortNames.length === 0 ? {} : { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length === 0 ? {} : { categories: [...kind.categories] }),
  }
  const subresources = subresourcesOf(kind).map((subresource) => ({
    name: `${plural}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...(subresource.responseKind.group === group
      ? { kind: subresource.responseKind.kind }
      : subresource.responseKind),
    verbs: [...subresource.verbs],
  }))
  return [main, ...subresources]
}
