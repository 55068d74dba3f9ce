import { ScrollText } from 'lucide-react'
import { formatAge } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { StatusIcon } from '@/components/ui/status-icon'
import type { PodView } from './service-view'

interface PodRowProps {
  pod: PodView
  now: number
  isOpen: boolean
  onToggleLog: () => void
}

const CELL = 'py-1.5 pr-3'

function PodRow({ pod, now, isOpen, onToggleLog }: PodRowProps) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <span className="flex items-center gap-2">
          <StatusIcon
            status={pod.isReady ? 'ok' : 'warn'}
            label={pod.isReady ? 'Ready:' : 'Not ready:'}
          />
          <span className="font-mono text-xs break-all">{pod.name}</span>
        </span>
      </th>
      <td className={CELL} title={pod.message}>
        {pod.state}
        {pod.message === '' ? null : <span className="block text-2xs text-bad">{pod.message}</span>}
      </td>
      <td className={`${CELL} tabular-nums`}>{pod.restarts}</td>
      <td className={`${CELL} font-mono text-xs max-md:hidden`}>{pod.ip || '–'}</td>
      <td className={`${CELL} max-w-72 truncate font-mono text-xs max-lg:hidden`} title={pod.image}>
        {pod.image}
      </td>
      <td className={`${CELL} tabular-nums`}>{formatAge(pod.startedAt, now)}</td>
      <td className="py-1.5 text-right">
        <Button
          size="sm"
          aria-expanded={isOpen}
          aria-label={`Log of ${pod.name}`}
          icon={<ScrollText size={13} aria-hidden />}
          onClick={onToggleLog}
        >
          Log
        </Button>
      </td>
    </tr>
  )
}

const POD_COLUMNS = [
  { label: 'Pod', className: '' },
  { label: 'State', className: '' },
  { label: 'Restarts', className: '' },
  { label: 'IP', className: 'max-md:hidden' },
  { label: 'Image', className: 'max-lg:hidden' },
  { label: 'Age', className: '' },
] as const

interface PodTableProps {
  pods: readonly PodView[]
  now: number
  /** Name of the Pod whose log is shown; empty for none. */
  openLog: string
  onToggleLog: (pod: string) => void
}

/** The Pods behind a Service, with a button for the log of each. */
export function PodTable({ pods, now, openLog, onToggleLog }: PodTableProps) {
  if (pods.length === 0) return null
  return (
    <div className="overflow-x-auto px-3 pb-1">
      <table aria-label="Pods" className="w-full text-[0.8125rem]">
        <thead className="text-left text-xs text-muted">
          <tr>
            {POD_COLUMNS.map(({ label, className }) => (
              <th key={label} scope="col" className={`${CELL} font-medium ${className}`}>
                {label}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {pods.map((pod) => (
            <PodRow
              key={pod.name}
              pod={pod}
              now={now}
              isOpen={pod.name === openLog}
              onToggleLog={() => onToggleLog(pod.name)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}
