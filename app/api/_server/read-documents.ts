import { MANIFEST_DOCUMENTS_MAX } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { JsonObject } from '@/lib/shared/json'
import { DashboardFailure } from './respond'

export interface ManifestObject {
  readonly documentIndex: number
  readonly object: KubernetesObject
}

/** The objects of a manifest; throws a failure with the first problem and its line when it can't be read. */
export function readDocuments(text: string): readonly ManifestObject[] {
  const { documents, problems } = parseManifest(text)
  const problem = problems[0]
  if (problem) throw refuse(`Line ${problem.range.startLine}: ${problem.message}.`)
  if (documents.length === 0)
    throw refuse(
      'The manifest is empty: write at least one object, with apiVersion, kind and metadata.name.',
    )
  if (documents.length > MANIFEST_DOCUMENTS_MAX) {
    throw refuse(
      `The manifest has more than ${MANIFEST_DOCUMENTS_MAX} documents; apply it in parts.`,
    )
  }
  return documents.map(({ index, object }) => {
    if (isKubernetesObject(object)) return { documentIndex: index, object }
    throw refuse(`Document ${index + 1} needs apiVersion, kind and metadata.name.`)
  })
}

function isKubernetesObject(object: JsonObject): object is JsonObject & KubernetesObject {
  const { apiVersion, kind, metadata } = object
  const isText = (value: unknown) => typeof value === 'string' && value !== ''
  const hasMetadata = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  return isText(apiVersion) && isText(kind) && hasMetadata && isText(metadata['name'])
}

function refuse(message: string): DashboardFailure {
  return new DashboardFailure(400, { code: 'bad-request', message })
}
