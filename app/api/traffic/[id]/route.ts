/** GET a run as it stands, DELETE to stop it. */
import { askPlane } from '../../_server/plane-proxy'
import { respond } from '../../_server/respond'

export const dynamic = 'force-dynamic'

interface Context {
  readonly params: Promise<{ id: string }>
}

export function GET({ signal }: Request, { params }: Context): Promise<Response> {
  return respond(async () => askPlane('traffic', await runPath(params), { signal }))
}

export function DELETE({ signal }: Request, { params }: Context): Promise<Response> {
  return respond(async () => {
    return askPlane('traffic', await runPath(params), { method: 'DELETE', signal })
  })
}

async function runPath(params: Context['params']): Promise<string> {
  const { id } = await params
  return `/runs/${encodeURIComponent(id)}`
}
