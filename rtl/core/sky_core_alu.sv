// Arithmetic of one cycle, and the comparison that a branch asks for. Combinational.
module sky_core_alu (
  input  sky_core_pkg::alu_e op_i,
  input  logic [31:0]        first_i,
  input  logic [31:0]        second_i,
  output logic [31:0]        result_o,

  input  logic [2:0]         branch_i,  // funct3
  input  logic [31:0]        left_i,
  input  logic [31:0]        right_i,
  output logic               taken_o
);

  import sky_core_pkg::*;

  always_comb begin
    unique case (op_i)
      AluSub:  result_o = first_i - second_i;
      AluSll:  result_o = first_i << second_i[4:0];
      AluSlt:  result_o = {31'd0, $signed(first_i) < $signed(second_i)};
      AluSltu: result_o = {31'd0, first_i < second_i};
      AluXor:  result_o = first_i ^ second_i;
      AluSrl:  result_o = first_i >> second_i[4:0];
      AluSra:  result_o = $unsigned($signed(first_i) >>> second_i[4:0]);
      AluOr:   result_o = first_i | second_i;
      AluAnd:  result_o = first_i & second_i;
      default: result_o = first_i + second_i;
    endcase
  end

  always_comb begin
    unique case (branch_i[2:1])
      2'b00:   taken_o = left_i == right_i;
      2'b10:   taken_o = $signed(left_i) < $signed(right_i);
      default: taken_o = left_i < right_i;
    endcase
    if (branch_i[0]) taken_o = !taken_o;
  end

endmodule
