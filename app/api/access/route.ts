/** GET /api/access: whether the dashboard's user may make a change; see lib/dashboard-api/access.ts. */
import { type AccessAnswer, accessQuestion, denialText } from '@/lib/dashboard-api/access'
import { reviewAccess } from '@/server/kube/access-review'
import { resolveKind } from '@/server/kube/resolve-kind'
import { connection } from '../_server/connection'
import { checked, respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

const ALLOWED: AccessAnswer = { allowed: true, reason: '' }

export function GET({ url, signal }: Request): Promise<Response> {
  return respond(async (): Promise<AccessAnswer> => {
    const asked = Object.fromEntries(new URL(url).searchParams)
    const { verb, apiVersion, kind, namespace, name } = checked(asked, accessQuestion)
    const { cluster } = connection()
    const resource = await resolveKind(cluster, apiVersion, kind)
    if (resource === null) return ALLOWED
    const { group, plural } = resource
    const place = {
      ...(resource.namespaced ? { namespace } : {}),
      ...(name === '' || verb === 'create' ? {} : { name }),
    }
    const question = { verb, group, resource: plural, ...place }
    const { allowed, reason } = await reviewAccess(cluster, question, signal)
    if (allowed) return ALLOWED
    return {
      allowed,
      reason: denialText({ verb, group, plural, namespace: place.namespace ?? '', reason }),
    }
  })
}
