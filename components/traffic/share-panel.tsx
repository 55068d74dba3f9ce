import { CircleAlert, CircleCheck } from 'lucide-react'
import { formatFraction } from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { mirrorName } from '@/lib/traffic/names'
import { type MirrorShare, shareOfMirror } from '@/lib/traffic/share-of-mirror'
import { shareSentence } from './share-sentence'

/** The band, the configured share and the observed one on one scale around them. */
function BandPicture({ configured, observed, band, isWithin }: MirrorShare) {
  if (configured === null || observed === null || band === null) return null
  const low = Math.min(band.low, observed)
  const high = Math.max(band.high, observed)
  const margin = Math.max(0.005, (high - low) * 0.25)
  const from = Math.max(0, low - margin)
  const to = Math.min(1, high + margin)
  const at = (share: number) => `${(100 * (share - from)) / Math.max(to - from, 1e-9)}%`
  return (
    <div aria-hidden className="relative my-1 h-3 rounded bg-sunken">
      <div
        className="absolute inset-y-0 rounded bg-accent-soft"
        style={{ left: at(band.low), right: `calc(100% - ${at(band.high)})` }}
      />
      <div className="absolute inset-y-0 w-px bg-muted" style={{ left: at(configured) }} />
      <div
        className={`absolute inset-y-0.5 -ml-1 w-2 rounded-full ${isWithin ? 'bg-ok' : 'bg-bad'}`}
        style={{ left: at(observed) }}
      />
    </div>
  )
}

interface SharePanelProps {
  series: RouteSeries
  route: HTTPRoute | undefined
}

/** For each mirror: the share its filter asks for, the share it got, and what chance allows. */
export function SharePanel({ series, route }: SharePanelProps) {
  if (series.mirrors.length === 0) return null
  return (
    <Panel title="Configured and observed share">
      <ul className="flex flex-col gap-2">
        {series.mirrors.map((mirror) => {
          const share = shareOfMirror(mirror, series, route)
          const Icon = share.isWithin ? CircleCheck : CircleAlert
          return (
            <li key={`${mirror.rule}/${mirror.mirror}/${mirror.target}`} className="text-xs">
              <p className="flex flex-wrap items-center gap-x-2 tabular-nums">
                <span className="truncate font-mono font-medium">{mirrorName(mirror, series)}</span>
                <span className="ml-auto">
                  configured{' '}
                  {share.configured === null ? 'unknown' : formatFraction(share.configured)}
                  {', observed '}
                  <strong>
                    {share.observed === null ? 'unknown' : formatFraction(share.observed)}
                  </strong>
                </span>
                {share.band === null ? null : (
                  <Icon size={14} aria-hidden className={share.isWithin ? 'text-ok' : 'text-bad'} />
                )}
              </p>
              <BandPicture {...share} />
              <p className={share.isWithin ? 'text-2xs text-muted' : 'text-2xs text-bad'}>
                {shareSentence(share)}
              </p>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
