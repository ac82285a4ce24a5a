#!/usr/bin/python3
"""Trainings that PyTorch did, for the trainer to equal: one a call, into the folder named (Debian python3-torch).

    tests/golden/make.py FOLDER [--seed N] [--layers N] [--hidden N] [--heads N] [--kv-heads N] [--head-dim N] [--ffn N]
                                [--vocab N] [--seq N] [--batch N] [--steps N] [--tied] [--bias] [--qk-norm]
                                [--rope-theta X] [--rope-llama3] [--clip X]

Writes config.json, init.safetensors, final.safetensors (behind the last step), tokens.i32 (shape [steps, batch, seq + 1])
and reference.json (what the steps were given, the loss before each, and the norm of all gradients before they were
clipped). It shares nothing with the trainer: modules, automatic gradients and the optimizer are PyTorch's.
"""
import argparse
import json
import math
import pathlib
import struct

import numpy
import torch
from torch import nn
from torch.nn import functional


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    for name, value in (("seed", 7), ("layers", 2), ("hidden", 32), ("heads", 4), ("kv-heads", 4), ("head-dim", 0),
                        ("ffn", 80), ("vocab", 128), ("seq", 24), ("batch", 3), ("steps", 8)):
        parser.add_argument("--" + name, type=int, default=value)
    for name in ("tied", "bias", "qk-norm", "rope-llama3"):
        parser.add_argument("--" + name, action="store_true")
    parser.add_argument("--rope-theta", type=float, default=10000.0)
    parser.add_argument("--clip", type=float, default=0.0)
    return parser.parse_args()


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x / torch.sqrt(x.pow(2).mean(dim=-1, keepdim=True) + EPS) * self.weight


class Attention(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.o = o
        self.q_proj = nn.Linear(o.hidden, o.heads * o.head_dim, bias=o.bias)
        self.k_proj = nn.Linear(o.hidden, o.kv_heads * o.head_dim, bias=o.bias)
        self.v_proj = nn.Linear(o.hidden, o.kv_heads * o.head_dim, bias=o.bias)
        self.o_proj = nn.Linear(o.heads * o.head_dim, o.hidden, bias=False)
        if o.qk_norm:
            self.q_norm = RmsNorm(o.head_dim)
            self.k_norm = RmsNorm(o.head_dim)

    def forward(self, x, angles):
        batch, length, _ = x.shape
        # [batch, head, token, head_dim]
        q = self.q_proj(x).reshape(batch, length, self.o.heads, self.o.head_dim).permute(0, 2, 1, 3)
        k = self.k_proj(x).reshape(batch, length, self.o.kv_heads, self.o.head_dim).permute(0, 2, 1, 3)
        v = self.v_proj(x).reshape(batch, length, self.o.kv_heads, self.o.head_dim).permute(0, 2, 1, 3)
        if self.o.qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        q, k = turned(q, angles), turned(k, angles)
        share = self.o.heads // self.o.kv_heads
        heads = []
        for head in range(self.o.heads):
            scores = torch.einsum("btd,bsd->bts", q[:, head], k[:, head // share]) / math.sqrt(self.o.head_dim)
            later = torch.ones(length, length, dtype=torch.bool).triu(1)
            heads.append(functional.softmax(scores.masked_fill(later, -math.inf), dim=-1) @ v[:, head // share])
        return self.o_proj(torch.cat(heads, dim=-1))


def turned(x, angles):
    """Each pair (i, i + half) as a complex number, turned by its angle."""
    half = x.shape[-1] // 2
    cosine, sine = angles.cos().float(), angles.sin().float()
    low, high = x[..., :half], x[..., half:]
    return torch.cat([low * cosine - high * sine, high * cosine + low * sine], dim=-1)


class Mlp(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.gate_proj = nn.Linear(o.hidden, o.ffn, bias=False)
        self.up_proj = nn.Linear(o.hidden, o.ffn, bias=False)
        self.down_proj = nn.Linear(o.ffn, o.hidden, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.input_layernorm = RmsNorm(o.hidden)
        self.self_attn = Attention(o)
        self.post_attention_layernorm = RmsNorm(o.hidden)
        self.mlp = Mlp(o)

    def forward(self, x, angles):
        x = x + self.self_attn(self.input_layernorm(x), angles)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embed_tokens = nn.Embedding(o.vocab, o.hidden)
        self.layers = nn.ModuleList(Layer(o) for _ in range(o.layers))
        self.norm = RmsNorm(o.hidden)


class Decoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.model = Body(o)
        self.lm_head = nn.Linear(o.hidden, o.vocab, bias=False)
        if o.tied:
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(self, tokens, angles):
        x = self.model.embed_tokens(tokens)
        for layer in self.model.layers:
            x = layer(x, angles)
        return self.lm_head(self.model.norm(x))


def rope_scaling(o):
    return {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16}


def angles_of(o):
    """Of every position and pair, in double."""
    waves = o.rope_theta ** (torch.arange(0, o.head_dim, 2, dtype=torch.float64) / o.head_dim)
    turns = 1 / waves
    if o.rope_llama3:
        s = rope_scaling(o)
        periods = turns * s["original_max_position_embeddings"] / (2 * math.pi)  # in the original context
        blend = ((periods - s["low_freq_factor"]) / (s["high_freq_factor"] - s["low_freq_factor"])).clamp(0, 1)
        turns = turns * (blend + (1 - blend) / s["factor"])
    return torch.outer(torch.arange(o.seq, dtype=torch.float64), turns)


def architecture(o):
    assert not (o.bias and o.qk_norm), "no known architecture has both of these and no bias of o_proj"
    return "Qwen3ForCausalLM" if o.qk_norm else "Qwen2ForCausalLM" if o.bias else "LlamaForCausalLM"


def save(path, decoder):
    named = dict(decoder.named_parameters())  # a shared one once
    header, place, numbers = {}, 0, b""
    for name, parameter in named.items():
        data = parameter.detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(parameter.shape), "data_offsets": [place, place + len(data)]}
        place += len(data)
        numbers += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)


EPS = 1e-5
STEP = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "weight_decay": 0.1}


def main():
    o = options()
    o.head_dim = o.head_dim or o.hidden // o.heads
    torch.set_num_threads(1)
    torch.manual_seed(o.seed)
    decoder = Decoder(o)
    for name, parameter in decoder.named_parameters():
        with torch.no_grad():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.05)
            elif name.endswith(".bias"):
                parameter.normal_(0, 0.02)
            else:
                parameter.copy_(1 + 0.1 * torch.randn_like(parameter))
    # Each token is followed by one of four.
    random = numpy.random.RandomState(o.seed)
    following = random.randint(0, o.vocab, size=(o.vocab, 4))
    tokens = [0]
    while len(tokens) <= o.steps * o.batch * (o.seq + 1):
        tokens.append(int(following[tokens[-1], random.randint(4)]))
    tokens = numpy.array(tokens[1:], dtype="<i4").reshape(o.steps, o.batch, o.seq + 1)

    o.folder.mkdir(parents=True, exist_ok=True)
    tokens.tofile(o.folder / "tokens.i32")
    save(o.folder / "init.safetensors", decoder)
    groups = [{"params": [p for p in decoder.parameters() if p.dim() > 1], "weight_decay": STEP["weight_decay"]},
              {"params": [p for p in decoder.parameters() if p.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=STEP["lr"], betas=(STEP["beta1"], STEP["beta2"]), eps=STEP["eps"])
    angles, losses, norms = angles_of(o), [], []
    for step in tokens:
        step = torch.from_numpy(step.astype("int64"))
        optimizer.zero_grad()
        logits = decoder(step[:, :-1], angles)
        loss = functional.cross_entropy(logits.reshape(-1, o.vocab), step[:, 1:].reshape(-1))
        loss.backward()
        losses.append(loss.item())
        norms.append(math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in decoder.parameters())))
        if o.clip > 0:
            torch.nn.utils.clip_grad_norm_(decoder.parameters(), o.clip)
        optimizer.step()
    save(o.folder / "final.safetensors", decoder)

    config = {"architectures": [architecture(o)], "hidden_size": o.hidden, "intermediate_size": o.ffn,
              "num_hidden_layers": o.layers, "num_attention_heads": o.heads, "num_key_value_heads": o.kv_heads,
              "head_dim": o.head_dim, "vocab_size": o.vocab, "max_position_embeddings": o.seq, "rms_norm_eps": EPS,
              "rope_theta": o.rope_theta, "tie_word_embeddings": o.tied, "hidden_act": "silu", "torch_dtype": "float32"}
    if o.rope_llama3:
        config["rope_scaling"] = rope_scaling(o)
    (o.folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    reference = {"steps": o.steps, "batch": o.batch, "seq": o.seq, **STEP, "clip": o.clip, "seed": o.seed,
                 "losses": losses, "grad_norms": norms}
    (o.folder / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
    print(o.folder, sum(p.numel() for p in decoder.parameters()), "parameters; losses",
          " ".join(f"{loss:.6f}" for loss in losses))


main()
