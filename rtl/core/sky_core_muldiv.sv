// Multiplication and division.
//
// start_i in cycle s; done_o in s + 1 for mul, mulh, mulhsu and mulhu, in s + 33 for div, divu, rem and remu, whatever
// the operands are. Operands are held from s to the cycle of done_o. A quotient by zero is all ones, the remainder then
// the dividend; the overflow of the most negative number by -1 gives that number and 0.
// Cost: a multiplier of 32 x 32 bits, 128 flip-flops, a subtractor of 33 bits.
`include "sky_assert.svh"

module sky_core_muldiv (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic [2:0]  funct3_i,
  input  logic [31:0] left_i,
  input  logic [31:0] right_i,
  output logic        done_o,
  output logic [31:0] result_o
);

  localparam logic [5:0] DivSteps = 6'd32;

  logic is_div;
  assign is_div = funct3_i[2];

  // ---- Product: of the numbers as unsigned ones, the upper half put right for signs
  logic [63:0] product_q;
  logic [31:0] high;
  logic left_signed, right_signed;
  assign left_signed  = funct3_i[1:0] != 2'b11;
  assign right_signed = !funct3_i[1];
  always_comb begin
    high = product_q[63:32];
    if (left_signed && left_i[31]) high = high - right_i;
    if (right_signed && right_i[31]) high = high - left_i;
  end

  // ---- Quotient and remainder of the magnitudes, one bit a cycle
  logic [5:0] steps_q;  // that are left
  logic done_q;
  logic [31:0] quotient_q, remainder_q;
  logic [31:0] left_magnitude, right_magnitude;
  logic [32:0] trial;
  logic signs, negative_quotient, negative_remainder;
  assign signs              = !funct3_i[0];
  assign left_magnitude     = (signs && left_i[31]) ? -left_i : left_i;
  assign right_magnitude    = (signs && right_i[31]) ? -right_i : right_i;
  assign negative_quotient  = signs && (left_i[31] ^ right_i[31]) && right_i != 32'd0;
  assign negative_remainder = signs && left_i[31];
  assign trial              = {remainder_q, quotient_q[31]} - {1'b0, right_magnitude};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      steps_q <= '0;
      done_q  <= 1'b0;
    end else begin
      if (start_i && is_div) steps_q <= DivSteps;
      else if (steps_q != 6'd0) steps_q <= steps_q - 6'd1;
      done_q <= (start_i && !is_div) || steps_q == 6'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      if (!is_div) product_q <= left_i * 64'(right_i);
      quotient_q  <= left_magnitude;
      remainder_q <= '0;
    end else if (steps_q != 6'd0) begin
      quotient_q  <= {quotient_q[30:0], !trial[32]};
      remainder_q <= trial[32] ? {remainder_q[30:0], quotient_q[31]} : trial[31:0];
    end
  end

  assign done_o = done_q;
  always_comb begin
    unique case (funct3_i)
      3'b000:         result_o = product_q[31:0];
      3'b100, 3'b101: result_o = negative_quotient ? -quotient_q : quotient_q;
      3'b110, 3'b111: result_o = negative_remainder ? -remainder_q : remainder_q;
      default:        result_o = high;
    endcase
  end

  `SKY_ASSERT(OneAtATime, start_i |-> steps_q == 6'd0 && !done_q)
  `SKY_ASSERT(OperandsAreHeld, steps_q != 6'd0 |-> $stable(left_i) && $stable(right_i) && $stable(funct3_i))

endmodule
