// Timer: mtime counts cycles, an interrupt while mtime >= mtimecmp, another one while msip is set.
//
//   +0x0000  msip, bit 0      +0x4000, +0x4004  mtimecmp      +0xBFF8, +0xBFFC  mtime
//
// Other words read 0 and keep nothing. A load gets what the register holds in its first cycle, in the next one. A store
// takes effect at the end of its cycle, the bytes of be_i of one word; a cycle in which mtime is written is not counted.
// After a reset mtimecmp is all ones, everything else 0.
module sky_soc_timer (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic        we_i,
  input  logic [3:0]  be_i,
  input  logic [15:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic [63:0] mtime_o,
  output logic        irq_timer_o,
  output logic        irq_software_o
);

  localparam logic [13:0] Msip      = 14'(16'h0000 >> 2);
  localparam logic [13:0] Mtimecmp  = 14'(16'h4000 >> 2);
  localparam logic [13:0] Mtimecmph = 14'(16'h4004 >> 2);
  localparam logic [13:0] Mtime     = 14'(16'hBFF8 >> 2);
  localparam logic [13:0] Mtimeh    = 14'(16'hBFFC >> 2);

  logic [63:0] mtime_q, mtimecmp_q;
  logic msip_q;
  logic [13:0] word;
  logic [31:0] held, written;
  assign word = addr_i[15:2];

  always_comb begin
    unique case (word)
      Msip:      held = {31'd0, msip_q};
      Mtimecmp:  held = mtimecmp_q[31:0];
      Mtimecmph: held = mtimecmp_q[63:32];
      Mtime:     held = mtime_q[31:0];
      Mtimeh:    held = mtime_q[63:32];
      default:   held = '0;
    endcase
    written = held;
    for (int unsigned i = 0; i < 4; i++) begin
      if (be_i[i]) written[8*i +: 8] = wdata_i[8*i +: 8];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mtime_q    <= '0;
      mtimecmp_q <= '1;
      msip_q     <= 1'b0;
    end else begin
      mtime_q <= mtime_q + 64'd1;
      if (valid_i && we_i) begin
        unique case (word)
          Msip:      msip_q <= written[0];
          Mtimecmp:  mtimecmp_q[31:0] <= written;
          Mtimecmph: mtimecmp_q[63:32] <= written;
          Mtime:     mtime_q <= {mtime_q[63:32], written};
          Mtimeh:    mtime_q <= {written, mtime_q[31:0]};
          default: ;
        endcase
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && !we_i) rdata_o <= held;
  end

  assign mtime_o        = mtime_q;
  assign irq_timer_o    = mtime_q >= mtimecmp_q;
  assign irq_software_o = msip_q;

endmodule
