import { Chip } from '@/components/ui/chip'
import { Panel } from '@/components/ui/panel'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import type { ReviewedChange } from '@/lib/manifest/three-way/review-changes'
import { changeGroups } from './change-groups'
import { resultName } from './result-text'

interface ChangesPanelProps {
  result: ManifestResult
  changes: readonly ReviewedChange[]
}

/** Who changes what: the draft, defaults, webhooks. */
export function ChangesPanel({ result, changes }: ChangesPanelProps) {
  const groups = changeGroups(changes)
  return (
    <Panel title="What applying changes" bodyClassName="flex flex-col gap-2.5">
      {result.live === null ? (
        <p className="text-xs">Creates {resultName(result)} as your manifest says.</p>
      ) : groups.length === 0 ? (
        <p className="text-xs">Nothing.</p>
      ) : null}
      {groups.map(({ origin, heading, tone, lines, count }) => (
        <section key={origin} aria-label={heading}>
          <h4 className="flex items-center gap-1.5 text-xs font-medium">
            {heading}
            <Chip tone={tone}>{count}</Chip>
          </h4>
          <ul className="mt-0.5 flex flex-col gap-0.5">
            {lines.map((line) => (
              <li key={line} className="font-mono text-2xs break-words">
                {line}
              </li>
            ))}
            {count > lines.length ? (
              <li className="text-2xs text-muted">
                and {count - lines.length} more in the difference
              </li>
            ) : null}
          </ul>
        </section>
      ))}
    </Panel>
  )
}
