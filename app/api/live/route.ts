/** GET /api/live?kinds=a,b: watch events of several kinds on one stream; see lib/dashboard-api/live.ts. */
import type { LiveConnection } from '@/lib/dashboard-api/live'
import { connection } from '../_server/connection'
import { eventStream } from '../_server/event-stream'
import { knownPlural } from '../_server/known-kind'
import { respond } from '../_server/respond'
import { denialAfter, TOO_MANY_PAGES, worstConnection } from '../_server/worst-connection'

export const dynamic = 'force-dynamic'

export function GET(request: Request): Promise<Response> {
  return respond(() => {
    const asked = new URL(request.url).searchParams.get('kinds') ?? ''
    const kinds = [...new Set(asked.split(',').map(knownPlural))]
    const { live, replaced } = connection()
    return eventStream(request, (sink) => {
      const states = new Map<string, LiveConnection>()
      const ends = kinds.map((kind) =>
        live.subscribe(kind, {
          onSnapshot: (snapshot) => sink.send('snapshot', snapshot),
          onChange: (change) => sink.send('change', change),
          onConnection: (state) => {
            const denial = denialAfter(states.get(kind), state)
            states.set(kind, state)
            if (denial !== null) sink.send('denial', { kind, message: denial })
            sink.send('connection', worstConnection(states.values()))
          },
        }),
      )
      replaced.signal.addEventListener('abort', sink.close)
      if (ends.includes(null)) sink.send('connection', TOO_MANY_PAGES)
      return () => {
        replaced.signal.removeEventListener('abort', sink.close)
        for (const end of ends) end?.()
      }
    })
  })
}
