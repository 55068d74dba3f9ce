/** Entry of a worker process: serves what the supervisor says, and ends with it. */
import { createLogger } from '../log'
import { ServingWorker } from './serving-worker'
import { isWorkerRequest, READY_ID, type WorkerCall, type WorkerReply } from './worker-messages'

const logger = createLogger('gateway')
let worker: ServingWorker | undefined

async function perform(call: WorkerCall): Promise<unknown> {
  if (call.type === 'configure') worker = new ServingWorker(call.limits, logger, call.workerIndex)
  if (worker === undefined) throw new Error('The worker has not been configured.')
  switch (call.type) {
    case 'configure':
      return null
    case 'replaceTable':
      return worker.replaceTable(call.table)
    case 'bind':
      return worker.bind(call.bindings)
    case 'retain':
      return worker.retain(call.bindings)
    case 'snapshot':
      return worker.snapshot()
    case 'stop':
      return worker.stop()
  }
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
