import type { RequestPaths } from '@/lib/comparison/exchange'
import type { Redactor } from '@/lib/comparison/redaction/redactor'
import type { NamespacedName } from '@/lib/gateway-api/references'

/** A longer one is counted without its name. */
const KEY_CHARACTERS_MAX = 512

/** What the requests of one rule asked for since it was last handed over: all of them, captured or not. */
export class PathCounts {
  private readonly route: NamespacedName
  private readonly rule: number
  private readonly redactor: Redactor
  private readonly pathsMax: number
  private readonly counts = new Map<string, number>()
  private beyond = 0

  constructor(
    { route, rule }: { readonly route: NamespacedName; readonly rule: number },
    redactor: Redactor,
    pathsMax: number,
  ) {
    this.route = route
    this.rule = rule
    this.redactor = redactor
    this.pathsMax = pathsMax
  }

  /** Counts a request; `isRoom` is false where no further path may be remembered. Returns whether one was. */
  count(method: string, target: string, isRoom: boolean): boolean {
    const query = target.indexOf('?')
    const key = `${method} ${query === -1 ? target : target.slice(0, query)}`
    const before = this.counts.get(key)
    const isNew = before === undefined
    if (isNew && !(isRoom && this.hasRoomFor(key))) {
      this.beyond++
      return false
    }
    this.counts.set(key, (before ?? 0) + 1)
    return isNew
  }

  private hasRoomFor(key: string): boolean {
    return this.counts.size < this.pathsMax && key.length <= KEY_CHARACTERS_MAX
  }

  /** Hands over what was counted, redacted, and begins anew. */
  take(): RequestPaths {
    const { route, rule, beyond } = this
    const paths = [...this.counts].map(([key, requests]) => {
      const space = key.indexOf(' ')
      const path = this.redactor.redactTarget(key.slice(space + 1))
      return [key.slice(0, space), path, requests] as const
    })
    this.counts.clear()
    this.beyond = 0
    return { kind: 'requests', at: Date.now(), route, rule, paths, beyond }
  }
}
