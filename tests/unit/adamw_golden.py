#!/usr/bin/python3
"""Ten steps of PyTorch's AdamW (Debian: python3-torch) over eight weights whose gradients lie seven decades apart.

    tests/unit/adamw_golden.py > tests/unit/adamw_golden.hpp && clang-format -i tests/unit/adamw_golden.hpp
"""
import torch

torch.set_num_threads(1)
random = torch.Generator().manual_seed(7)
weights = torch.randn(8, generator=random).mul(0.02).requires_grad_()
optimizer = torch.optim.AdamW([weights], lr=1e-2, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.1)
scales = torch.tensor([10.0**-decade for decade in range(8)])


def numbers(tensor):
    return "{" + ", ".join(value.hex() + "F" for value in tensor.detach().double().tolist()) + "}"


print("#pragma once\n")
print("// Made by tests/unit/adamw_golden.py with PyTorch", torch.__version__.split("+")[0])
print("namespace sky::offload::golden {\n")
print("inline constexpr float kStart[] =", numbers(weights), ";")
print("inline constexpr float kGradients[10][8] = {")
for step in range(10):
    weights.grad = torch.randn(8, generator=random) * scales
    print(numbers(weights.grad), ",")
    optimizer.step()
state = optimizer.state[weights]
print("};")
print("inline constexpr float kEnd[] =", numbers(weights), ";")
print("inline constexpr float kMean[] =", numbers(state["exp_avg"]), ";")
print("inline constexpr float kSquare[] =", numbers(state["exp_avg_sq"]), ";\n")
print("}  // namespace sky::offload::golden")
