import type { FinishReason } from '../core/index.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** What vLLM calls the ways in which a request ends. */
export const VLLM_FINISH_REASON: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  cancelled: 'abort',
};

/** Metrics that mean what vLLM's of the same name mean, so that its dashboards and autoscalers work here. */
export function createVllmMetrics(registry: MetricRegistry) {
  const metrics = {
    running: registry.gauge('vllm:num_requests_running', 'Requests that hold a slot.'),
    waiting: registry.gauge('vllm:num_requests_waiting', 'Requests that wait for a slot.'),
    kvUsage: registry.gauge(
      'vllm:kv_cache_usage_perc',
      'Share of the memory for keys and values in use; 1 is all of it.',
    ),
    promptTokens: registry.counter('vllm:prompt_tokens_total', 'Prompt tokens of answers that have begun.'),
    generationTokens: registry.counter('vllm:generation_tokens_total', 'Tokens generated.'),
    finished: registry.counter(
      'vllm:request_success_total',
      'Requests that ended without a failure; abort is the client going away.',
      'finished_reason',
    ),
    preemptions: registry.counter(
      'vllm:num_preemptions_total',
      'Times that a request lost its slot and had to run its tokens again.',
    ),
    prefixQueries: registry.counter(
      'vllm:prefix_cache_queries_total',
      'Prompt tokens looked up in the prefix cache.',
    ),
    prefixHits: registry.counter(
      'vllm:prefix_cache_hits_total',
      'Prompt tokens whose keys and values were found there.',
    ),
    firstToken: registry.histogram(
      'vllm:time_to_first_token_seconds',
      'From arrival to the first token, waiting and tokenization included.',
      'firstToken',
    ),
    betweenTokens: registry.histogram(
      'vllm:inter_token_latency_seconds',
      'From a token of an answer to the next.',
      'betweenTokens',
    ),
    request: registry.histogram(
      'vllm:e2e_request_latency_seconds',
      'From arrival to the end of requests that ended without a failure.',
      'request',
    ),
    queue: registry.histogram(
      'vllm:request_queue_time_seconds',
      'From entering the queue to a slot, or to the end of a request that never had one.',
      'request',
    ),
    prefill: registry.histogram(
      'vllm:request_prefill_time_seconds',
      'From getting a slot to the first token.',
      'request',
    ),
    decode: registry.histogram(
      'vllm:request_decode_time_seconds',
      'From the first token to the last.',
      'request',
    ),
  };
  for (const reason of Object.values(VLLM_FINISH_REASON))
    metrics.finished.inc({ finished_reason: reason }, 0);
  return metrics;
}
