/** GET: a Pod's log as text; with ?follow=true it goes on as lines arrive. */
import { Readable } from 'node:stream'
import { openPodLog } from '@/server/kube/pod-log'
import { connection } from '../../../../_server/connection'
import { respond } from '../../../../_server/respond'

export const dynamic = 'force-dynamic'

interface Context {
  readonly params: Promise<{ namespace: string; name: string }>
}

const TAIL_LINES_DEFAULT = 200
const TAIL_LINES_MAX = 5_000

export function GET(request: Request, { params }: Context): Promise<Response> {
  return respond(async () => {
    const { namespace, name } = await params
    const query = new URL(request.url).searchParams
    const log = await openPodLog(connection().cluster, namespace, name, {
      container: query.get('container') ?? undefined,
      follow: query.get('follow') === 'true',
      tailLines: tailLines(query.get('tailLines')),
      signal: request.signal,
    })
    return new Response(Readable.toWeb(log) as ReadableStream<Uint8Array>, {
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  })
}

function tailLines(text: string | null): number {
  const asked = Number(text ?? TAIL_LINES_DEFAULT)
  return Number.isInteger(asked) && asked >= 0
    ? Math.min(asked, TAIL_LINES_MAX)
    : TAIL_LINES_DEFAULT
}
