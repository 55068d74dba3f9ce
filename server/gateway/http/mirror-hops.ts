import { createHmac } from 'node:crypto'
import {
  type ForwardParts,
  hopsLine,
  MIRROR_HOPS_HEADER,
  mirrorParts,
} from '@/lib/routing/forward-request'
import { HEADER } from './header-names'
import type { RequestHead } from './request-head'

/**
 * How often a request has been mirrored by this gateway on its way here, as its copies tell it in a signed header, so that a
 * mirror that leads back ends after `hopsMax` copies.
 *
 * What a client writes there is its own: it stops no copy and reaches backends as it came. The signature covers only the
 * number, so that it costs a request nothing: a mirror that shows what it is sent gives a client the means to have its own
 * requests not mirrored, and no more. Another gateway's signature says nothing here and is passed on, so a loop through
 * several gateways ends too, once each has counted to its own `hopsMax`.
 */
export class MirrorHops {
  private readonly hopsMax: number
  /** By the number of hops; none for 0. */
  private readonly values: readonly string[]

  /** `secret` is shared by the workers of a gateway, and known to nobody else. */
  constructor(secret: string, hopsMax: number) {
    this.hopsMax = hopsMax
    this.values = Array.from({ length: hopsMax + 1 }, (_, hops) => {
      if (hops === 0) return ''
      const signature = createHmac('sha256', secret).update(String(hops)).digest('hex')
      return `${hops};sig=${signature.slice(0, 32)}`
    })
  }

  /** The most hops that a signed line says; 0 without one. */
  of({ lines, text }: RequestHead): number {
    if ((lines.seen & (1 << HEADER.mirrorHops)) === 0) return 0
    let most = 0
    for (let index = 0; index < lines.count; index++) {
      if (lines.id[index] !== HEADER.mirrorHops) continue
      most = Math.max(most, this.signed(lines.value(text, index)))
    }
    return most
  }

  /** Whether no further copy may be made of it. */
  isLoop(hops: number): boolean {
    return hops >= this.hopsMax
  }

  /**
   * The header's lines of a request after so many hops as they are sent on: those of others as they came, but not where
   * Connection lists them, and the one that is signed. No modifier may touch them, or a loop might not end.
   */
  linesOf({ lines, text, connectionNames }: RequestHead, hops: number): string {
    if ((lines.seen & (1 << HEADER.mirrorHops)) === 0) return ''
    let sent = ''
    for (let index = 0; index < lines.count; index++) {
      if (lines.id[index] !== HEADER.mirrorHops) continue
      if (connectionNames.includes(MIRROR_HOPS_HEADER)) break
      const value = lines.value(text, index)
      if (this.signed(value) === 0) sent += `${lines.name(text, index)}: ${value}\r\n`
    }
    return hops === 0 ? sent : sent + hopsLine(this.values[hops] ?? '')
  }

  /** The copy of a request after so many hops, which must be no loop. `parts` are those after the rule's filters. */
  copied(parts: ForwardParts, hops: number): ForwardParts {
    return mirrorParts(parts, this.values[hops] ?? '', this.values[hops + 1] ?? '')
  }

  private signed(value: string): number {
    return value === '' ? 0 : Math.max(0, this.values.indexOf(value))
  }
}
