/** A mirror's share, configured against observed, in words. Pure. */
import { formatCount, formatFraction } from '@/components/format/numbers'
import type { MirrorShare } from '@/lib/traffic/share-of-mirror'

/** The comparison in a sentence. */
export function shareSentence(share: MirrorShare): string {
  const { configured, observed, requests, band, isWithin, isEstimate } = share
  if (configured === null) return 'The route has no such filter now.'
  if (observed === null || band === null) return 'No requests in this period.'
  const counted = `${formatCount(requests)} ${isEstimate ? 'answered ' : ''}requests`
  const [low, high] = [formatFraction(band.low), formatFraction(band.high)]
  return isWithin
    ? `Of ${counted}. A random sample of that size lies between ${low} and ${high} in 99 of 100 cases.`
    : `Of ${counted}, outside ${low} to ${high}, where a random sample lies in 99 of 100 cases. Was the filter changed in this period?`
}
