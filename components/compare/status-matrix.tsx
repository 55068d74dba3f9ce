import { formatCount, formatShare } from '@/components/format/numbers'
import { cn } from '@/components/ui/class-names'
import { Panel } from '@/components/ui/panel'
import type { ComparisonSnapshot, StatusCell } from '@/lib/comparison/snapshot'
import { isMirrorFailure } from '@/lib/comparison/status-label'
import type { PairFilter } from '@/lib/dashboard-api/comparison'

function toneOf({ primary, mirror }: Pick<StatusCell, 'primary' | 'mirror'>): string {
  if (primary === mirror) return 'bg-ok-soft text-ok'
  return isMirrorFailure(primary, mirror) ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'
}

interface CellProps {
  cell: StatusCell | undefined
  total: number
  isChosen: boolean
  onChoose: (filter: PairFilter) => void
}

function Cell({ cell, total, isChosen, onChoose }: CellProps) {
  if (cell === undefined) return <td className="p-0.5 text-center text-muted">·</td>
  const { primary, mirror, pairs } = cell
  return (
    <td className="p-0.5">
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`${formatCount(pairs)} pairs: primary ${primary}, mirror ${mirror}. Show them`}
        onClick={() => onChoose(isChosen ? {} : { primaryStatus: primary, mirrorStatus: mirror })}
        className={cn(
          'flex w-full min-w-14 flex-col items-center rounded-md px-2 py-1 tabular-nums hover:brightness-95',
          toneOf(cell),
          isChosen && 'outline-2 outline-accent',
        )}
      >
        <span className="font-semibold">{formatCount(pairs)}</span>
        <span className="text-2xs">{formatShare(pairs, total)}</span>
      </button>
    </td>
  )
}

interface StatusMatrixProps {
  snapshot: ComparisonSnapshot
  filter: PairFilter
  onChoose: (filter: PairFilter) => void
}

/** Which status the mirror gave where the primary gave which; each cell opens its pairs. */
export function StatusMatrix({ snapshot, filter, onChoose }: StatusMatrixProps) {
  const { statuses, pairs } = snapshot
  const rows = [...new Set(statuses.map(({ primary }) => primary))].sort()
  const columns = [...new Set(statuses.map(({ mirror }) => mirror))].sort()
  return (
    <Panel title="Status: primary by mirror">
      <div className="overflow-x-auto">
        <table className="text-xs">
          <caption className="sr-only">Pairs by status of both answers</caption>
          <thead>
            <tr>
              <th scope="col" className="py-1 pr-2 text-left text-2xs font-medium text-muted">
                primary ↓ mirror →
              </th>
              {columns.map((status) => (
                <th key={status} scope="col" className="px-1 py-1 font-medium">
                  {status}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((primary) => (
              <tr key={primary}>
                <th scope="row" className="pr-2 text-left font-medium">
                  {primary}
                </th>
                {columns.map((mirror) => (
                  <Cell
                    key={mirror}
                    cell={statuses.find(
                      (cell) => cell.primary === primary && cell.mirror === mirror,
                    )}
                    total={pairs}
                    isChosen={filter.primaryStatus === primary && filter.mirrorStatus === mirror}
                    onChoose={onChoose}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
