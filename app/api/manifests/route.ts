/** POST /api/manifests: dry-run or apply every document of a YAML text; see lib/dashboard-api/manifests.ts. */
import {
  MANIFEST_BYTES_MAX,
  type ManifestResponse,
  type ManifestResult,
  manifestRequest,
} from '@/lib/dashboard-api/manifests'
import { applyManifest } from '@/server/kube/apply-manifest'
import { connection } from '../_server/connection'
import { readDocuments } from '../_server/read-documents'
import { refuseIfReadOnly } from '../_server/read-only'
import { readJson, respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

/** JSON escapes can double a text; the reviewed object comes along with the draft. */
const REQUEST_BYTES_MAX = 4 * MANIFEST_BYTES_MAX + 4096

export function POST(request: Request): Promise<Response> {
  return respond(async (): Promise<ManifestResponse> => {
    const asked = await readJson(request, manifestRequest, REQUEST_BYTES_MAX)
    if (asked.action === 'apply') refuseIfReadOnly()
    const { cluster } = connection()
    const { force, base, part } = asked
    const options = { dryRun: asked.action === 'dry-run', force, part, signal: request.signal }
    const results: ManifestResult[] = []
    // One after the other, in the order written: a Namespace comes before what lives in it.
    for (const [position, { documentIndex, object }] of readDocuments(asked.manifest).entries()) {
      const guard = Array.isArray(base) ? (base[position] ?? undefined) : base
      const remove = asked.remove.flatMap((field) =>
        field.documentIndex === documentIndex ? [field.path] : [],
      )
      const result = await applyManifest(cluster, object, { ...options, base: guard, remove })
      results.push({ ...result, documentIndex })
    }
    return { results }
  })
}
