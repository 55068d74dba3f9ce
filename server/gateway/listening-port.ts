import type { PortMatcher } from '@/lib/routing/compile-matcher'

/** One listening socket as the requests arriving there see it. The matcher is replaced with each table. */
export interface ListeningPort {
  readonly gateway: string
  readonly port: number
  matcher: PortMatcher | undefined
  /** Set once the socket is closing: every response then ends its connection. */
  isDraining: boolean
}
