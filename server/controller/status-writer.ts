/** Desired statuses → this → status subresources. */
import { KINDS } from '@/lib/gateway-api/kinds'
import { keyOf } from '@/lib/gateway-api/references'
import type { StatusUpdate } from '@/lib/routing/build-statuses'
import { isEqual } from '@/lib/routing/is-equal'
import { hasStatus, KubeError } from '../kube/kube-error'
import type { Cluster } from '../kube/load-cluster'
import { patchStatus } from '../kube/objects'
import type { Logger } from '../log'
import { STATUS_WRITES_MAX } from './limits'

export interface StatusWriterOptions {
  readonly cluster: Cluster
  readonly logger: Logger
}

/** A write whose event has not come back yet: what was written over which version. */
interface Written {
  readonly resourceVersion: string
  readonly status: unknown
}

/** Writes statuses; what it just wrote is not written again while the watch is still behind. */
export class StatusWriter {
  private readonly options: StatusWriterOptions
  private written = new Map<string, Written>()

  constructor(options: StatusWriterOptions) {
    this.options = options
  }

  /**
   * Writes statuses, a bounded number at a time. Each is refused by the server when its object has moved on since it was
   * read. Returns whether all are in place; when not, the caller builds them again from newer objects and comes back. What
   * has not been begun when `isOverdue` says so is left to the caller's next turn, which must be due then.
   */
  async write(
    updates: readonly StatusUpdate[],
    signal: AbortSignal,
    isOverdue: () => boolean,
  ): Promise<boolean> {
    const before = this.written
    this.written = new Map()
    const queue = updates.filter((update) => !this.isKnown(update, before.get(idOf(update))))
    let complete = true
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (signal.aborted || isOverdue()) return
        if (!(await this.writeOne(next, signal))) complete = false
      }
    }
    await Promise.all(Array.from({ length: STATUS_WRITES_MAX }, work))
    return complete
  }

  /** The watch may be slower than the answer: what was just written over this version need not be written again. */
  private isKnown(update: StatusUpdate, written: Written | undefined): boolean {
    if (written === undefined) return false
    if (written.resourceVersion !== update.source.metadata.resourceVersion) return false
    if (!isEqual(written.status, update.status)) return false
    this.written.set(idOf(update), written)
    return true
  }

  private async writeOne(update: StatusUpdate, signal: AbortSignal): Promise<boolean> {
    const { plural, source } = update
    const { namespace = '', name, resourceVersion = '' } = source.metadata
    const { cluster, logger } = this.options
    try {
      const target = { namespace, name, resourceVersion }
      await patchStatus(cluster, KINDS[plural], target, toPatch(update), signal)
      this.written.set(idOf(update), { resourceVersion, status: update.status })
      return true
    } catch (error) {
      if (hasStatus(error, 404)) return true
      if (!(error instanceof KubeError)) throw error
      if (error.code === 'aborted') return true
      const fields = { kind: plural, object: keyOf(source), reason: error.message }
      // Someone else wrote in between: usual, and settled by the newer object.
      if (hasStatus(error, 409)) logger.debug('status write overtaken', fields)
      else logger.warn('status not written', fields)
      return false
    }
  }
}

function idOf({ plural, source }: StatusUpdate): string {
  return `${plural} ${keyOf(source)} ${source.metadata.uid ?? ''}`
}

/** A merge patch leaves alone what it does not name, so what is to go is named. */
function toPatch({ source, status }: StatusUpdate): Record<string, unknown> {
  const gone = Object.keys(source.status ?? {}).filter((key) => !(key in status))
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...status }
}
