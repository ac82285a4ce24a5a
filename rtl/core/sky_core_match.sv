// Recommendation match unit: MatchEntries entries {pc, mode, mask of live registers}; does the instruction at pc_i have
// one that recommends another mode than the register file is in? Of several the lowest entry counts.
//
// Combinational on pc_i and the registers; a pc of 0 is an entry that is not used, and all are after reset.
// Cost: MatchEntries x (65 flip-flops and a comparator of 32 bits).
module sky_core_match (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        enable_i,
  input  logic [31:0] pc_i,
  input  logic        mode_i,
  output logic        match_o,
  output logic        want_o,
  output logic [31:0] mask_o,

  // The entry that software looks at.
  input  logic [3:0]  entry_i,
  input  logic        write_pc_i,
  input  logic        write_mode_i,
  input  logic        write_mask_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] entry_pc_o,
  output logic        entry_mode_o,
  output logic [31:0] entry_mask_o
);

  import sky_core_pkg::MatchEntries;

  logic [31:0] pcs_q [MatchEntries];
  logic [31:0] masks_q [MatchEntries];
  logic [MatchEntries-1:0] modes_q;

  always_comb begin
    match_o = 1'b0;
    mask_o  = '0;
    if (enable_i) begin
      for (int i = int'(MatchEntries) - 1; i >= 0; i--) begin
        if (pcs_q[i] == pc_i && pcs_q[i] != 32'd0 && modes_q[i] != mode_i) begin
          match_o = 1'b1;
          mask_o  = masks_q[i];
        end
      end
    end
  end
  assign want_o       = !mode_i;
  assign entry_pc_o   = pcs_q[entry_i];
  assign entry_mode_o = modes_q[entry_i];
  assign entry_mask_o = masks_q[entry_i];

  for (genvar i = 0; i < MatchEntries; i++) begin : g_entry
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        pcs_q[i]   <= '0;
        modes_q[i] <= 1'b0;
        masks_q[i] <= '0;
      end else if (entry_i == 4'(i)) begin
        if (write_pc_i) pcs_q[i] <= wdata_i;
        if (write_mode_i) modes_q[i] <= wdata_i[0];
        if (write_mask_i) masks_q[i] <= wdata_i;
      end
    end
  end

endmodule
