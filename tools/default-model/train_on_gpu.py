"""Trains the recipe's model on one NVIDIA GPU: the same stream, initial weights, loss, optimizer and schedule as
`npm run model:train`, with products in bfloat16 and everything else in float32.

    npm run model:train -- --recipe FILE --data DATA --work WORK --out INITIAL --stop-after 0
    python3 train_on_gpu.py --recipe FILE --data DATA --initial INITIAL --work WORK --out MODEL

Shards may still be being written: a shard is waited for until its name appears. Interrupted (SIGTERM, SIGINT), it
keeps its state in WORK and goes on from there when it is run again. Needs PyTorch 2.5 or newer, numpy, safetensors.
"""

import argparse
import json
import math
import os
import shutil
import signal
import time
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

RMS_EPS = 1e-5
BETAS = (0.9, 0.95)
FINAL_SHARE = 0.05
TOLD_EVERY = 100
HELD_OUT_EVERY = 1000
HELD_OUT_LENGTH = 256
STATE_SECONDS = 120
TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"]


class Stream:
    """Windows of the packed shards in the order of their names, on the device."""

    def __init__(self, folder, prefix, device):
        self.folder, self.prefix, self.device = Path(folder), prefix, device
        self.names, self.name, self.tokens, self.mask, self.at = [], None, None, None, 0

    def windows(self, count, length):
        """The next `count` windows: ids int64 [count, length], learned f32 of the same shape."""
        parts = []
        while count > 0:
            if self.tokens is None or self.at == len(self.tokens):
                self._open()
            size = min(count * length, len(self.tokens) - self.at)
            assert size % length == 0, f"{self.name} is not cut into windows of {length}"
            span = slice(self.at, self.at + size)
            parts.append((self.tokens[span].view(-1, length), self.mask[span].view(-1, length)))
            self.at += size
            count -= size // length
        tokens, mask = (torch.cat(each) if len(each) > 1 else each[0] for each in zip(*parts))
        return tokens.long(), mask.float()

    def skip(self, tokens):
        """Passes over so many tokens."""
        while tokens > 0:
            if self.tokens is None or self.at == len(self.tokens):
                self._open()
            size = min(tokens, len(self.tokens) - self.at)
            self.at += size
            tokens -= size

    def _open(self):
        while True:
            ready = sorted(self.folder.glob(f"{self.prefix}*.tokens"))
            later = [path for path in ready if self.name is None or path.name > self.name]
            if later and self._follows(later[0]):
                break
            time.sleep(0.2)
        path = later[0]
        self.name, self.at = path.name, 0
        tokens = torch.from_numpy(numpy.fromfile(path, dtype="<u2").astype(numpy.int32))
        mask = torch.from_numpy(numpy.fromfile(path.with_suffix(".mask"), dtype=numpy.uint8))
        self.tokens, self.mask = tokens.to(self.device), mask.to(self.device)

    def _follows(self, path):
        """Shards may be finished out of order: the number at the end of the name tells which comes next."""
        number = lambda name: int(name.split(".")[0].split("-")[-1])
        return number(path.name) == (0 if self.name is None else number(self.name) + 1)


def rms_norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + RMS_EPS) * weight


def block(x, cos, sin, norm1, q, k, v, o, norm2, gate, up, down, heads):
    """One layer, f32 [sequences, length, hidden]."""
    low = torch.bfloat16
    batch, length, hidden = x.shape

    def rotated(y):
        left, right = y.float().chunk(2, -1)
        return torch.cat([left * cos - right * sin, right * cos + left * sin], -1).to(low)

    def by_head(y):
        return y.view(batch, length, heads, -1).transpose(1, 2)

    normed = rms_norm(x, norm1).to(low)
    query, key, value = (by_head(F.linear(normed, w.to(low))) for w in (q, k, v))
    mixed = F.scaled_dot_product_attention(rotated(query), rotated(key), value, is_causal=True)
    x = x + F.linear(mixed.transpose(1, 2).reshape(batch, length, -1), o.to(low))
    normed = rms_norm(x, norm2).to(low)
    return x + F.linear(F.silu(F.linear(normed, gate.to(low))) * F.linear(normed, up.to(low)), down.to(low))


def head_loss(x, norm, embedding, targets, weights):
    """Mean cross-entropy of the tokens that count."""
    logits = F.linear(rms_norm(x, norm).to(torch.bfloat16), embedding.to(torch.bfloat16)).float()
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    weights = weights.flatten()
    return (losses * weights).sum() / weights.sum().clamp(min=1)


class Model:
    """The parameters by their Hugging Face names, and the loss of a batch."""

    def __init__(self, weights, architecture, device, compiled):
        self.weights = {name: w.to(device).requires_grad_() for name, w in weights.items()}
        self.heads, self.layers = architecture["heads"], architecture["layers"]
        half = architecture["headDim"] // 2
        frequency = architecture["ropeTheta"] ** (-torch.arange(half, device=device) / half)
        angle = torch.arange(architecture["contextLength"], device=device)[:, None] * frequency
        self.cos, self.sin = angle.cos(), angle.sin()
        self.block = torch.compile(block, dynamic=False) if compiled else block
        self.head_loss = torch.compile(head_loss, dynamic=False) if compiled else head_loss

    def loss(self, tokens, mask):
        w, length = self.weights, tokens.shape[1]
        cos, sin = self.cos[:length], self.sin[:length]
        embedding = w["model.embed_tokens.weight"]
        x = F.embedding(tokens, embedding)
        for i in range(self.layers):
            p = f"model.layers.{i}."
            a, m = f"{p}self_attn.", f"{p}mlp."
            x = self.block(
                x, cos, sin,
                w[f"{p}input_layernorm.weight"],
                *(w[f"{a}{name}_proj.weight"] for name in "qkvo"),
                w[f"{p}post_attention_layernorm.weight"],
                *(w[f"{m}{name}_proj.weight"] for name in ("gate", "up", "down")),
                self.heads,
            )
        # What follows a window's last token is in no window: it does not count.
        targets, weights = tokens.roll(-1, 1), mask.roll(-1, 1)
        weights = torch.cat([weights[:, :-1], torch.zeros_like(weights[:, :1])], 1)
        return self.head_loss(x, w["model.norm.weight"], embedding, targets, weights)


class Step:
    """A training step of one batch shape; on a GPU recorded once and replayed."""

    def __init__(self, model, optimizer, phase, gradient_norm, device):
        shape = (phase["sequences"], phase["length"])
        self.tokens = torch.zeros(shape, dtype=torch.long, device=device)
        self.mask = torch.ones(shape, device=device)
        self.model, self.optimizer, self.most = model, optimizer, gradient_norm
        self.graph = None

    def record(self):
        """Records the step without changing anything."""
        kept = [p.detach().clone() for p in self.model.weights.values()]
        state = [[t.clone() for t in s.values()] for s in self.optimizer.state.values()]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._take()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(self.graph):
            self.loss, self.norm = self._take(zero=False)
        with torch.no_grad():
            for p, value in zip(self.model.weights.values(), kept):
                p.copy_(value)
            for i, s in enumerate(self.optimizer.state.values()):
                for j, t in enumerate(s.values()):
                    t.copy_(state[i][j]) if state else t.zero_()

    def __call__(self, tokens, mask):
        self.tokens.copy_(tokens)
        self.mask.copy_(mask)
        if self.graph is None:
            return self._take()
        self.graph.replay()
        return self.loss, self.norm

    def _take(self, zero=True):
        if zero:
            self.optimizer.zero_grad(set_to_none=True)
        loss = self.model.loss(self.tokens, self.mask)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(self.model.weights.values()), self.most)
        self.optimizer.step()
        return loss, norm


def schedule(step, warm_up, total):
    """Share of the learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < warm_up:
        return (step + 1) / warm_up
    done = min(1, (step - warm_up) / max(1, total - warm_up))
    return FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * done))


def phase_of(phases, step):
    for phase in phases:
        if step < phase["steps"]:
            return phase
        step -= phase["steps"]
    raise IndexError


def held_out_loss(model, folder, device):
    """Mean over the held-out stream, in pieces as short as those of `npm run model:train`."""
    length = HELD_OUT_LENGTH
    count = (Path(folder) / "held-out-0.mask").stat().st_size // length
    with torch.no_grad():
        return model.loss(*Stream(folder, "held-out-", device).windows(count, length)).item()


def write_model(out, initial, data, model):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    save_file({n: w.detach().cpu().contiguous() for n, w in model.weights.items()}, out / "model.safetensors",
              metadata={"format": "pt"})
    shutil.copy(Path(initial) / "config.json", out)
    for name in TOKENIZER_FILES:
        shutil.copy(Path(data) / name, out)


def train(options):
    recipe = json.loads(Path(options.recipe).read_text())
    phases, settings, architecture = recipe["phases"], recipe["optimizer"], recipe["architecture"]
    device = options.device
    on_gpu = device != "cpu"
    total = sum(phase["steps"] for phase in phases)
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    saved = work / "state.pt"
    kept = torch.load(saved, map_location=device) if saved.exists() else None
    weights = kept["weights"] if kept else load_file(Path(options.initial) / "model.safetensors")
    model = Model(weights, architecture, device, on_gpu)
    matrices = [w for w in model.weights.values() if w.dim() == 2]
    vectors = [w for w in model.weights.values() if w.dim() == 1]
    rate = torch.tensor(0.0, device=device)
    groups = [{"params": matrices, "weight_decay": settings["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate if on_gpu else 0.0, betas=BETAS, eps=1e-8, fused=on_gpu,
                                  capturable=on_gpu)
    if kept:
        optimizer.load_state_dict(kept["optimizer"])
        for group in optimizer.param_groups:
            group["lr"] = rate if on_gpu else 0.0
    first = kept["step"] if kept else 0
    stream = Stream(options.data, "train-", device)
    stream.skip(sum(phase_of(phases, s)["sequences"] * phase_of(phases, s)["length"] for s in range(first)))
    stop = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.append(True))

    def save(step):
        state = {"step": step, "weights": {n: w.detach() for n, w in model.weights.items()},
                 "optimizer": optimizer.state_dict()}
        torch.save(state, f"{saved}.partial")
        os.replace(f"{saved}.partial", saved)
        write_model(options.out, options.initial, options.data, model)

    log = open(work / "log.jsonl", "a")
    position = sum(phase_of(phases, s)["sequences"] * phase_of(phases, s)["length"] for s in range(first))
    taken, phase, losses = None, None, []
    told, saved_at, since = first, time.time(), None
    step = first
    while step < total and not stop:
        if phase_of(phases, step) is not phase:
            phase = phase_of(phases, step)
            taken = Step(model, optimizer, phase, settings["gradientNorm"], device)
            if on_gpu:
                started = time.time()
                taken.record()
                print(f"recorded a step of {phase['sequences']} x {phase['length']} in {time.time() - started:.0f} s",
                      flush=True)
            since = (time.time(), position)
        now = settings["learningRate"] * schedule(step, settings["warmUpSteps"], total)
        if on_gpu:
            rate.fill_(now)
        else:
            for group in optimizer.param_groups:
                group["lr"] = now
        tokens, mask = stream.windows(phase["sequences"], phase["length"])
        loss, norm = taken(tokens, mask)
        losses.append(loss.detach().clone())
        position += tokens.numel()
        step += 1
        if step % TOLD_EVERY == 0 or step == total or step <= options.tell_first:
            mean = torch.stack(losses).mean().item()
            assert math.isfinite(mean), f"the loss of step {step} is {mean}: lower the learning rate"
            record = {"kind": "step", "step": step - 1, "tokens": position, "loss": mean,
                      "gradientNorm": norm.item(), "learningRate": now}
            log.write(json.dumps(record) + "\n")
            speed = (position - since[1]) / max(1e-9, time.time() - since[0])
            left = (total - step) * phase["sequences"] * phase["length"] / max(1, speed)
            print(f"step {step} of {total}  loss {mean:.4f}  norm {norm.item():.2f}  rate {now:.2e}  "
                  f"{speed:.0f} tokens/s  {left:.0f} s left", flush=True)
            losses, since = [], (time.time(), position)
        if step % HELD_OUT_EVERY == 0 or step == total:
            loss = held_out_loss(model, options.data, device)
            log.write(json.dumps({"kind": "held-out", "step": step - 1, "tokens": position, "loss": loss}) + "\n")
            log.flush()
            print(f"held out after {step} steps: {loss:.4f}", flush=True)
            since = (time.time(), position)
        if time.time() - saved_at > STATE_SECONDS:
            save(step)
            saved_at = time.time()
            since = (time.time(), position)
    save(step)
    log.close()
    print(f"{step} of {total} steps done; the model is in {options.out}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("recipe", "data", "initial", "work", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to try it out")
    parser.add_argument("--tell-first", type=int, default=20, help="tell each of so many steps at the beginning")
    train(parser.parse_args())
