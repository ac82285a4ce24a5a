// Looks at a command: what AUTO stands for, and whether the array can do it, else why not. Combinational; equals
// resolve() and check_command() of sysc/model/pass.hpp.
module sky_skrm_decode #(
  parameter int unsigned D        = 64,
  parameter int unsigned S        = 32,
  parameter int unsigned Lanes    = 1,   // 1: word-based, else bit-interleaved
  parameter int unsigned FlagSite = 0,
  parameter int unsigned Guard    = 0    // position protection: no permutation writes
) (
  input  logic                   auto_permutes_i,
  input  logic [31:0]            last_row_i,  // highest row that exists
  input  sky_skrm_pkg::cmd_t     cmd_i,
  output sky_skrm_pkg::request_t request_o
);

  import sky_skrm_pkg::*;

  localparam bit WordBased = Lanes == 1;
  localparam logic [7:0] LastSite = WordBased ? 8'd0 : 8'(D - 1);
  localparam logic [63:0] SegMask = {64{1'b1}} >> (64 - S);

  logic one_segment;
  assign one_segment = (cmd_i.seg_mask & (cmd_i.seg_mask - 64'd1)) == 64'd0 && cmd_i.seg_mask != 64'd0;

  logic [2:0] alg;
  always_comb begin
    alg = cmd_i.write_alg;
    if (alg == AlgAuto) alg = (auto_permutes_i && Guard == 0 && WordBased && one_segment) ? AlgPw : AlgDcw;
  end

  status_e write_status, status;
  always_comb begin
    write_status = StatusOk;
    if (cmd_i.write_alg > AlgAuto) write_status = StatusBadWriteAlg;
    else if (alg != AlgNaive && alg != AlgDcw) begin
      if (!WordBased) write_status = StatusBadWriteAlg;
      else if (alg != AlgPw && FlagSite == 0) write_status = StatusNoFlagSite;
      else if (alg != AlgFnw && Guard != 0) write_status = StatusProtected;
      else if (alg != AlgFnw && !one_segment) write_status = StatusManySegments;
    end
  end

  always_comb begin
    status = StatusOk;
    if (cmd_i.op > OpBarrier) status = StatusBadOp;
    else if (cmd_i.op == OpScan && (!WordBased || FlagSite != 0)) status = StatusBadOp;
    else if (cmd_i.op != OpBarrier) begin
      if (cmd_i.row > last_row_i) status = StatusBadRow;
      else if (cmd_i.site > LastSite) status = StatusBadSite;
      else if (cmd_i.seg_mask == 64'd0) status = StatusEmptyMask;
      else if ((cmd_i.seg_mask & ~SegMask) != 64'd0) status = StatusBadMask;
      else if (cmd_i.op == OpWrite) status = write_status;
    end
  end

  assign request_o = '{
    cmd: cmd_i,
    status: status,
    alg: alg
  };

endmodule
