/** Entry of a worker process: serves what the supervisor says, and ends with it. */
import type { RouteTable } from '@/lib/routing/route-table'
import { createLogger } from '../../log'
import { ServingWorker } from './serving-worker'
import { applyDelta } from './table-delta'
import {
  isWorkerRequest,
  READY_ID,
  type WorkerCall,
  type WorkerClaim,
  type WorkerReply,
} from './worker-messages'

// Nothing here asks for anything that way, and a library that looks for it would load 10 MB of Node, for 30 ms.
Reflect.deleteProperty(globalThis, 'fetch')

const logger = createLogger('gateway')
let worker: ServingWorker | undefined
let table: RouteTable | undefined

async function perform(call: WorkerCall): Promise<unknown> {
  if (call.type === 'configure') {
    // Another one would take over with neither the table nor the sockets of the first, which would never be stopped.
    if (worker !== undefined) throw new Error('The worker has been configured already.')
    worker = new ServingWorker(call.limits, logger, call.place, (claim) => {
      const asked: WorkerClaim = { claim }
      process.send?.(asked)
    })
  }
  if (worker === undefined) throw new Error('The worker has not been configured.')
  switch (call.type) {
    case 'configure':
      return null
    case 'replaceTable':
      table = takeOver(worker, applyDelta(table, call.delta))
      return null
    case 'bind':
      return worker.bind(call.bindings)
    case 'retain':
      return worker.retain(call.bindings)
    case 'snapshot':
      return worker.snapshot()
    case 'drainExchanges':
      return worker.drainExchanges()
    case 'answerRepeat':
      return worker.answerRepeat(call.key, call.isAllowed)
    case 'takeBackRepeat':
      return worker.takeBackRepeat(call.key)
    case 'stop':
      return worker.stop()
  }
}

/** Returns the table once it is served: one that can't be is not what the next delta builds on. */
function takeOver(serving: ServingWorker, next: RouteTable): RouteTable {
  serving.replaceTable(next)
  return next
}

function reply(message: WorkerReply, then?: () => void): void {
  process.send?.(message, undefined, undefined, () => then?.())
}

process.on('message', (message) => {
  if (!isWorkerRequest(message)) return
  const { id, call } = message
  const end = call.type === 'stop' ? () => process.exit(0) : undefined
  perform(call).then(
    (result) => reply({ id, result: result ?? null }, end),
    (error: unknown) => reply({ id, error: String(error) }, end),
  )
})

// A terminal sends its signals to the whole group; the supervisor decides when a worker ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))
process.on('uncaughtException', (error) => {
  logger.error('worker failed', { error: error.stack ?? String(error) })
  process.exit(1)
})

reply({ id: READY_ID, result: null })
