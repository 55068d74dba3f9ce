/** GET and DELETE of one object. DELETE takes ?uid= to delete only that very object. */
import { KINDS } from '@/lib/gateway-api/kinds'
import { deleteObject, getObject } from '@/server/kube/objects'
import { connection } from '../../../../_server/connection'
import { knownPlural } from '../../../../_server/known-kind'
import { DashboardFailure, respond } from '../../../../_server/respond'

export const dynamic = 'force-dynamic'

interface Context {
  readonly params: Promise<{ plural: string; namespace: string; name: string }>
}

export function GET(_request: Request, context: Context): Promise<Response> {
  return respond(async () => {
    const { resource, namespace, name } = await target(context)
    const object = await getObject(connection().cluster, resource, namespace, name)
    if (object) return object
    const message = `${resource.kind} ${name} does not exist; it may have been deleted.`
    throw new DashboardFailure(404, { code: 'not-found', message })
  })
}

export function DELETE(request: Request, context: Context): Promise<Response> {
  return respond(async () => {
    const { resource, namespace, name } = await target(context)
    const uid = new URL(request.url).searchParams.get('uid') ?? undefined
    await deleteObject(connection().cluster, resource, namespace, name, { uid })
    return { deleted: true }
  })
}

/** Cluster-scoped objects have the namespace `-`. */
async function target({ params }: Context) {
  const { plural, namespace, name } = await params
  const resource = KINDS[knownPlural(plural)]
  return { resource, namespace: namespace === '-' ? '' : namespace, name }
}
