import { Chip } from '@/components/ui/chip'
import type { MirrorSummary } from '@/lib/gateway-api/route-summary'

const SHOWN_MAX = 2

/** Mirrors in a table cell: share and target, the rest counted and in the tooltip. */
export function MirrorList({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  if (mirrors.length === 0) return <span className="text-muted">none</span>
  const rest = mirrors.length - SHOWN_MAX
  const all = mirrors.map(({ share, target }) => `${share} → ${target}`).join('\n')
  return (
    <span className="flex min-w-0 items-center gap-2" title={all}>
      {mirrors.slice(0, SHOWN_MAX).map((mirror) => (
        <span
          key={`${mirror.ruleIndex}/${mirror.filterIndex}`}
          className="flex min-w-0 items-center gap-1"
        >
          <Chip tone="mirror">{mirror.share}</Chip>
          <span className="truncate font-mono text-xs">{mirror.target}</span>
        </span>
      ))}
      {rest > 0 ? <span className="text-xs text-muted">+{rest}</span> : null}
    </span>
  )
}
