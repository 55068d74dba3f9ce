'use client'

import { useLiveConnection, useLiveList } from '@/components/data/use-live'
import { cn } from '@/components/ui/class-names'
import type { LiveConnection } from '@/lib/dashboard-api/live'

interface ConnectionText {
  text: string
  dot: string
}

/** One phrase for the state of the watch. Pure, so that its words are tested. */
export function describeConnection(
  connection: LiveConnection,
  routes: number,
  isSynced: boolean,
  isDenied: boolean,
): ConnectionText {
  if (connection.state === 'disconnected') {
    return { text: 'Disconnected: trying again', dot: 'bg-bad' }
  }
  if (connection.state === 'connecting') {
    return { text: isSynced ? 'Reconnecting…' : 'Connecting…', dot: 'bg-warn animate-pulse' }
  }
  if (isDenied) return { text: 'Routes can’t be read', dot: 'bg-warn' }
  if (!isSynced) return { text: 'Loading routes…', dot: 'bg-warn animate-pulse' }
  return { text: `Watching ${routes} ${routes === 1 ? 'route' : 'routes'}`, dot: 'bg-ok' }
}

export function ConnectionState() {
  const connection = useLiveConnection()
  const { objects, isSynced, denied } = useLiveList('httproutes')
  const { text, dot } = describeConnection(connection, objects.length, isSynced, denied !== '')
  return (
    <p
      role="status"
      aria-label="Connection"
      title={denied || connection.message}
      className="flex items-center gap-2 text-xs text-muted"
    >
      <span aria-hidden className={cn('size-2 shrink-0 rounded-full', dot)} />
      <span className="max-sm:sr-only">{text}</span>
    </p>
  )
}
