import { part } from './element.ts';
import type { FeedState } from './live/live-feed.ts';

const WORDS: Readonly<Record<FeedState['kind'], string>> = {
  ready: 'ready',
  'not-ready': 'not ready',
  unreachable: 'no answer',
  locked: 'key needed',
  other: 'trouble',
};

/** Shows how the server is: a word in the header, and a sentence where it takes no requests. */
export function showServerState(state: FeedState): void {
  const place = part('state');
  if (place.dataset.state !== state.kind) {
    place.dataset.state = state.kind;
    part('state-text').textContent = WORDS[state.kind];
  }
  const banner = part('banner');
  const sentence = sentenceOf(state);
  banner.hidden = sentence === null;
  // Said again only when it says something else.
  if (banner.textContent !== (sentence ?? '')) banner.textContent = sentence ?? '';
}

function sentenceOf(state: FeedState): string | null {
  switch (state.kind) {
    case 'ready':
    case 'locked':
      return null;
    case 'not-ready':
      return `The server takes no requests now: ${state.text}. This page goes on by itself when it does.`;
    case 'unreachable':
      return `${state.text} This page goes on by itself when it answers.`;
    case 'other':
      return state.text;
    default:
      return state satisfies never;
  }
}
