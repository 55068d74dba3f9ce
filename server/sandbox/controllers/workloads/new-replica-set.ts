/** The ReplicaSet of a Deployment's template: its name, hash, labels and selector. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '@/lib/gateway-api/types'
import { controlledBy, encodeHash, type PodTemplate, type ReplicaSet } from './workload-objects'

/** Annotation with the revision of a rollout. */
export const REVISION = 'deployment.kubernetes.io/revision'
const HASH_LABEL = 'pod-template-hash'
/** Annotations of a Deployment that say nothing about its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
])
const COLLISIONS_MAX = 1_000

/** Revision number of a ReplicaSet; 0 when it has none. */
export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0) || 0
}

/** Whether the ReplicaSet was made from the Deployment's present template. */
export function hasTemplateOf(set: ReplicaSet, deployment: Deployment): boolean {
  return isDeepStrictEqual(comparable(set.spec.template), comparable(deployment.spec.template))
}

/** The template without the hash label and what encoders add. */
function comparable(template: PodTemplate): unknown {
  const { creationTimestamp: _, labels, ...metadata } = template.metadata ?? {}
  const { [HASH_LABEL]: _hash, ...ownLabels } = labels ?? {}
  return { metadata: { ...metadata, labels: ownLabels }, spec: template.spec }
}

/** A new ReplicaSet; its name ends in the template's hash, salted until no other has the name. */
export function buildReplicaSet(
  deployment: Deployment,
  replicas: number,
  isNameTaken: (name: string) => boolean,
): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec
  let salt = 0
  let hash = templateHash(template, salt)
  const nameOf = () => `${deployment.metadata.name}-${hash}`
  while (isNameTaken(nameOf()) && salt < COLLISIONS_MAX) {
    salt += 1
    hash = templateHash(template, salt)
  }
  const { creationTimestamp: _, ...templateMetadata } = template.metadata ?? {}
  const labels = { ...templateMetadata.labels, [HASH_LABEL]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: nameOf(),
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: Object.fromEntries(
        Object.entries(deployment.metadata.annotations ?? {}).filter(
          ([key]) => !NOT_COPIED.has(key),
        ),
      ),
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { metadata: { ...templateMetadata, labels }, spec: structuredClone(template.spec) },
    },
  }
}

/** FNV-1a over the template with sorted keys, in the characters of generated names. */
function templateHash(template: PodTemplate, salt: number): string {
  let hash = 0x811c9dc5
  const text = `${sortedJson(comparable(template))}${salt === 0 ? '' : salt}`
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return encodeHash(hash)
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  )
}
