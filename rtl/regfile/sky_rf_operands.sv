// What of a request needs an access at all: none of x0, one for two reads of a register, and with forward_i none for a
// read of the register that is written. Puts together what the reads answer.
// Combinational. Kept to the subset that synthesis tools read.
module sky_rf_operands #(
  parameter int unsigned Width = 32
) (
  input  logic             forward_i,
  input  logic             valid_i,
  input  logic             write_i,
  input  logic [4:0]       rd_i,
  input  logic [Width-1:0] wdata_i,
  input  logic             read1_i,
  input  logic [4:0]       rs1_i,
  input  logic             read2_i,
  input  logic [4:0]       rs2_i,

  output logic [2:0]       want_o,    // accesses: write, rs1, rs2
  input  logic [Width-1:0] rdata1_i,  // what the accesses read
  input  logic [Width-1:0] rdata2_i,
  input  logic             ready_i,
  output logic [Width-1:0] rdata1_o,  // 0 but with ready_i
  output logic [Width-1:0] rdata2_o
);

  logic forward1, forward2, same;
  always_comb begin
    want_o   = '0;
    forward1 = 1'b0;
    forward2 = 1'b0;
    same     = 1'b0;
    if (valid_i) begin
      want_o[0] = write_i && rd_i != '0;
      forward1  = want_o[0] && forward_i && rs1_i == rd_i;
      forward2  = want_o[0] && forward_i && rs2_i == rd_i;
      want_o[1] = read1_i && rs1_i != '0 && !forward1;
      same      = want_o[1] && rs2_i == rs1_i;
      want_o[2] = read2_i && rs2_i != '0 && !forward2 && !same;
    end
  end
  always_comb begin
    rdata1_o = '0;
    rdata2_o = '0;
    if (ready_i) begin
      if (read1_i && rs1_i != '0) rdata1_o = forward1 ? wdata_i : rdata1_i;
      if (read2_i && rs2_i != '0) rdata2_o = forward2 ? wdata_i : same ? rdata1_i : rdata2_i;
    end
  end

endmodule
